package dev.opsagent.cli;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A worker as a process of its own, started as the launcher would start it. */
final class WorkerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofMinutes(2);

  private final Process process;
  private final BufferedReader lines;

  private WorkerProcess(Process process) {
    this.process = process;
    this.lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts it.
   *
   * @param data its data folder
   * @param cacheOptions what the JVM is told about its start-up cache
   */
  static WorkerProcess start(String bootstrap, Path data, List<String> cacheOptions)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(cacheOptions);
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-cp",
            classPath(),
            OpsAgentCli.class.getName(),
            "worker",
            "--bootstrap",
            bootstrap,
            "--data",
            data.toString(),
            "--group",
            "bench",
            "--http-port",
            "0"));
    return new WorkerProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /** The cache that this process itself was started with, for the ones that it starts. */
  static List<String> ownCache() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(it -> it.startsWith("-XX:AOTCache="))
        .toList();
  }

  /** Blocks until it takes tasks. */
  void awaitReady() throws IOException {
    Thread watchdog =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException readyInTime) {
                Thread.currentThread().interrupt();
              }
            });
    String line = lines.readLine();
    watchdog.interrupt();
    if (line == null || !line.startsWith("ready: ")) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.TIMEOUT,
              "start a worker",
              "it did not become ready",
              "start one by hand to see why: ops-agent worker --bootstrap HOST:PORT"));
    }
  }

  /** Resident memory in MB; -1 where the system does not tell. */
  long residentMb() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return -1;
    }
    return Files.readAllLines(status).stream()
        .filter(it -> it.startsWith("VmRSS:"))
        .map(it -> Long.parseLong(it.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(-1L);
  }

  /** Ends it as a person would. */
  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    lines.close();
  }

  /** Without the broker's jars, which a worker does not have. */
  private static String classPath() {
    String broker = File.separator + "dist" + File.separator + "broker" + File.separator;
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(it -> !it.contains(broker))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
