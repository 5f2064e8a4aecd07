package dev.opsagent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A worker in a process of its own. */
public final class WorkerProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
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
   * What is to be started.
   *
   * @param options of the JVM, after the usual ones
   * @param environment added to the environment of the tests
   * @param program main class and arguments; says {@code ready:} when it takes tasks
   */
  public record Command(
      List<String> options, Map<String, String> environment, List<String> program) {
    public Command {
      options = List.copyOf(options);
      environment = Map.copyOf(environment);
      program = List.copyOf(program);
    }

    /** As an operator starts it. */
    public static Command operators(Path configuration, Path data) {
      return new Command(
          List.of(),
          Map.of(),
          List.of(
              "dev.opsagent.cli.OpsAgentCli",
              "worker",
              "--config",
              configuration.toString(),
              "--data",
              data.toString()));
    }

    private List<String> line() {
      List<String> line =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Xshare:auto",
                  "-Xmx256m",
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-Dlogback.configurationFile=logback.xml"));
      line.addAll(options);
      line.addAll(List.of("-cp", System.getProperty("java.class.path")));
      line.addAll(program);
      return line;
    }
  }

  /**
   * Starts one.
   *
   * @param folder where its output goes
   */
  public static WorkerProcess start(Command command, Path folder, int number) {
    Path out = folder.resolve("worker-" + number + ".out");
    Path log = folder.resolve("worker-" + number + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command.line())
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(log.toFile());
    builder.environment().putAll(command.environment());
    try {
      return new WorkerProcess(builder.start(), out, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public WorkerProcess awaitReady() {
    Awaitility.await("worker is ready; its log: " + log)
        .atMost(START)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !process.isAlive() || read(out).contains("ready:"));
    assertThat(process.isAlive()).as("worker started: %s", log()).isTrue();
    return this;
  }

  /** Waits until the process has ended because it could not start; returns what it said. */
  public String refusal() {
    Awaitility.await("worker refuses to start").atMost(START).until(() -> !process.isAlive());
    assertThat(exitCode()).isPositive();
    return log();
  }

  /** SIGKILL, and the proof that it was what ended the process. */
  public void kill() {
    process.destroyForcibly();
    assertThat(exitCode()).as("ended by SIGKILL: %s", log()).isEqualTo(KILLED);
  }

  /** SIGTERM: it hands over and ends in peace. */
  public void terminate() {
    process.destroy();
    assertThat(exitCode()).as("ended by SIGTERM: %s", log()).isZero();
  }

  /** SIGSTOP: it does nothing, and does not know it. */
  public void pause() {
    signal("-STOP");
  }

  /** SIGCONT. */
  public void goOn() {
    signal("-CONT");
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it said to people. */
  public String log() {
    return read(log);
  }

  /** What it said to programs, such as where it is ready. */
  public String output() {
    return read(out);
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", signal, Long.toString(pid())).start();
      assertThat(kill.onExit().join().exitValue()).as("kill %s", signal).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    if (!process.isAlive()) {
      return;
    }
    goOn();
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
