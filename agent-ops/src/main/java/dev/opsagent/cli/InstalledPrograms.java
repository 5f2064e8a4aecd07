package dev.opsagent.cli;

import dev.opsagent.console.Escape;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks up what this machine has installed. */
final class InstalledPrograms {
  private static final int LONGEST_ANSWER = 4096;
  private static final int SECONDS = 5;

  private final Map<String, String> environment;

  InstalledPrograms(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The program's file, if PATH has it. */
  Optional<Path> find(String program) {
    String path = environment.getOrDefault("PATH", "");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(it -> !it.isEmpty())
        .map(it -> Path.of(it, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The first line that the command prints; empty when it is missing or does not succeed. */
  Optional<String> firstLine(List<String> command) {
    return find(command.getFirst()).flatMap(it -> run(it, command));
  }

  private Optional<String> run(Path program, List<String> command) {
    List<String> call = new ArrayList<>(command);
    call.set(0, program.toString());
    ProcessBuilder builder = new ProcessBuilder(call);
    builder.environment().keySet().retainAll(List.of("PATH", "HOME", "DOCKER_HOST"));
    builder.redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(nothing()));
    try {
      Process process = builder.start();
      try {
        return answer(process);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException cannotStart) {
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static File nothing() {
    return new File("/dev/null");
  }

  private static Optional<String> answer(Process process) throws IOException, InterruptedException {
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    if (!ended || process.exitValue() != 0) {
      return Optional.empty();
    }
    byte[] bytes = process.getInputStream().readNBytes(LONGEST_ANSWER);
    return new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .filter(it -> !it.isBlank())
        .findFirst()
        .map(it -> Escape.line(it, 100));
  }
}
