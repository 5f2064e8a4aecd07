package dev.opsagent.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own, its stdout read as it comes. */
final class TestingProgram implements AutoCloseable {
  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Thread reader;

  private TestingProgram(Process process) {
    this.process = process;
    this.reader = Thread.startVirtualThread(this::read);
  }

  static TestingProgram start(Path stderr, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath(),
                OpsAgentCli.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(it -> it.startsWith("OPS_AGENT_"));
    return new TestingProgram(
        builder.redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile())).start());
  }

  /** Main classes and libraries, without the tests, whose logging would speak on stdout. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.endsWith("test-classes")) {
        entries.add(entry);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  long pid() {
    return process.pid();
  }

  /** The next line of stdout. */
  String line(int seconds) throws InterruptedException {
    String line = lines.poll(seconds, TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("no line on stdout within " + seconds + " s");
    }
    return line;
  }

  /** Everything that is still to come on stdout. */
  String rest() throws InterruptedException {
    reader.join();
    List<String> rest = new ArrayList<>();
    lines.drainTo(rest);
    return String.join("\n", rest);
  }

  /** Ends it as a person would, and returns its exit code. */
  int interrupt(int seconds) throws InterruptedException {
    process.destroy();
    return exitCode(seconds);
  }

  int exitCode(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("still running after " + seconds + " s");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      out.lines().forEach(lines::add);
    } catch (IOException | java.io.UncheckedIOException ended) {
      // the process is gone, and with it what it had to say
    }
  }
}
