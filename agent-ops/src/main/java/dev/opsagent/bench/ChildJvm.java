package dev.opsagent.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A part of a measurement in a JVM of its own, which says {@code ready: …} on its standard output
 * when it is.
 */
public final class ChildJvm implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final String READY = "ready: ";

  private final String name;
  private final Process process;
  private final BufferedReader lines;

  /**
   * What to start.
   *
   * @param name for messages
   * @param main the main class
   * @param broker whether it needs the embedded broker's jars, which a worker does not have
   * @param options of the JVM, in addition to those that the launcher gives
   * @param log what it says on stderr goes there
   */
  public record Launch(
      String name,
      String main,
      boolean broker,
      List<String> options,
      List<String> arguments,
      File log) {
    public Launch {
      options = List.copyOf(options);
      arguments = List.copyOf(arguments);
    }
  }

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
    this.lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public static ChildJvm start(Launch launch) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xms48m",
            "-Xmx" + (launch.broker() ? "768m" : "256m"),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xlog:disable",
            "-Xlog:all=error:stderr"));
    command.addAll(launch.options());
    command.addAll(List.of("-cp", classPath(launch.broker()), launch.main()));
    command.addAll(launch.arguments());
    try {
      return new ChildJvm(
          launch.name(),
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(launch.log()))
              .start());
    } catch (IOException e) {
      throw new BenchFailed("could not start the " + launch.name(), e);
    }
  }

  /** Blocks until it is ready; returns what it says about that. */
  public String awaitReady() throws InterruptedException {
    String line = awaitLine();
    if (!line.startsWith(READY)) {
      throw new BenchFailed("the " + name + " did not become ready");
    }
    return line.substring(READY.length());
  }

  /** Blocks until it says something; one that stays silent is ended. */
  String awaitLine() throws InterruptedException {
    Thread watchdog = Thread.ofVirtual().start(this::endWhenLate);
    try {
      String line = lines.readLine();
      if (line == null) {
        throw new BenchFailed("the " + name + " has ended, or said nothing for too long");
      }
      return line;
    } catch (IOException e) {
      throw new BenchFailed("the " + name + " cannot be heard", e);
    } finally {
      watchdog.interrupt();
      watchdog.join();
    }
  }

  private void endWhenLate() {
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // it was in time
    }
  }

  /** Resident memory in MB; -1 where the system does not tell. */
  public long residentMb() {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return -1;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(it -> it.startsWith("VmRSS:"))
          .map(it -> Long.parseLong(it.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(-1L);
    } catch (IOException _) {
      return -1;
    }
  }

  /** Processor time that it has used. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Ends it without giving it time to leave anything in order. */
  void kill() {
    process.destroyForcibly();
    await();
  }

  /** Ends it as a person would. */
  @Override
  public void close() {
    process.destroy();
    if (!await()) {
      process.destroyForcibly();
    }
  }

  private boolean await() {
    try {
      return process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String classPath(boolean broker) {
    String folder = File.separator + "dist" + File.separator + "broker" + File.separator;
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(it -> broker || !it.contains(folder))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
