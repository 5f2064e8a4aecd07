package dev.opsagent.testing;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Runs programs of a given PATH without any wall, for tests of what is behind the port. */
public final class TestingPrograms implements Programs {
  private final String path;

  public TestingPrograms(String path) {
    this.path = path;
  }

  /** Programs of the machine. */
  public static TestingPrograms ofTheMachine() {
    return new TestingPrograms(Optional.ofNullable(System.getenv("PATH")).orElse(""));
  }

  @Override
  public boolean available(String program) {
    return find(program).isPresent();
  }

  @Override
  public Answer<Finished> run(Command command) {
    String program = command.arguments().getFirst();
    Optional<Path> found = find(program);
    if (found.isEmpty()) {
      return no(ReasonCode.TOOL_MISSING, program, "it is not on the PATH");
    }
    try {
      return run(found.get(), command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return no(ReasonCode.CANCELLED, program, "it was interrupted");
    }
  }

  @Override
  public Answer<Process> start(Detached detached) {
    throw new UnsupportedOperationException("tests of services start them as the worker does");
  }

  private Answer<Finished> run(Path program, Command command)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    Path out = Files.createTempFile("program", ".out");
    Path err = Files.createTempFile("program", ".err");
    Process process = builder(program, command, out, err).start();
    if (!process.waitFor(command.timeout())) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      return no(ReasonCode.TIMEOUT, program.toString(), "it took too long");
    }
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    var finished =
        new Finished(process.exitValue(), Files.readString(out), Files.readString(err), took);
    Files.delete(out);
    Files.delete(err);
    return new Answer.Ok<>(finished);
  }

  private ProcessBuilder builder(Path program, Command command, Path out, Path err) {
    List<String> arguments = new ArrayList<>(command.arguments());
    arguments.set(0, program.toString());
    var builder = new ProcessBuilder(arguments).directory(command.directory().toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().putAll(command.environment());
    return builder
        .redirectInput(new File("/dev/null"))
        .redirectOutput(out.toFile())
        .redirectError(err.toFile());
  }

  private Optional<Path> find(String program) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(Files::isExecutable);
    }
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static <T> Answer<T> no(ReasonCode code, String program, String cause) {
    return new Answer.No<>(Failure.of(code, "run " + program, cause, "install " + program));
  }
}
