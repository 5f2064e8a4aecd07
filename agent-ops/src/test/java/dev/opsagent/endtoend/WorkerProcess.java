package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** A worker as an operator starts it, in a process of its own. */
final class WorkerProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration END = Duration.ofSeconds(30);
  private static final int KILLED = 128 + 9;

  private final Process process;
  private final Path out;
  private final Path log;

  private WorkerProcess(Process process, Path out, Path log) {
    this.process = process;
    this.out = out;
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param data its data folder: another one is another machine
   * @param folder where its output goes
   */
  static WorkerProcess start(Path configuration, Path data, Path folder, int number) {
    Path out = folder.resolve("worker-" + number + ".out");
    Path log = folder.resolve("worker-" + number + ".log");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dlogback.configurationFile=logback.xml",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.opsagent.cli.OpsAgentCli",
            "worker",
            "--config",
            configuration.toString(),
            "--data",
            data.toString());
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(log.toFile())
              .start();
      return new WorkerProcess(process, out, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  WorkerProcess awaitReady() {
    Awaitility.await("worker is ready; its log: " + log)
        .atMost(START)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !process.isAlive() || read(out).contains("ready:"));
    assertThat(process.isAlive()).as("worker started: %s", log()).isTrue();
    return this;
  }

  /** SIGKILL, and the proof that it was what ended the process. */
  void kill() {
    process.destroyForcibly();
    assertThat(exitCode()).as("ended by SIGKILL: %s", log()).isEqualTo(KILLED);
  }

  /** SIGTERM: it hands over and ends in peace. */
  void terminate() {
    process.destroy();
    assertThat(exitCode()).as("ended by SIGTERM: %s", log()).isZero();
  }

  /** What it said. */
  String log() {
    return read(log);
  }

  private int exitCode() {
    return process.onExit().join().exitValue();
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
