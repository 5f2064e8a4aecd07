package dev.opsagent.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Programs of a drill or a measurement, one at a time. What one of them cannot do is a {@link
 * BenchFailed} with what it said.
 *
 * @param scratch its files go here
 * @param environment all that programs get of it
 */
record ProgramRun(Path scratch, Map<String, String> environment) {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int LONGEST_WORDS = 2000;

  /**
   * Runs one to its end.
   *
   * @param input what it reads
   * @return what it printed
   */
  String run(List<String> command, byte[] input) throws IOException, InterruptedException {
    Files.createDirectories(scratch);
    Path out = scratch.resolve("program.out");
    Path err = scratch.resolve("program.err");
    Path in = Files.write(scratch.resolve("program.in"), input);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw failed(command, "it did not end within 10 minutes");
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw failed(command, end(Files.readString(err)));
    }
    return Files.readString(out, StandardCharsets.UTF_8).strip();
  }

  private static BenchFailed failed(List<String> command, String why) {
    return new BenchFailed("%s has not ended well: %s".formatted(String.join(" ", command), why));
  }

  private static String end(String words) {
    String said = words.strip();
    return said.substring(Math.max(0, said.length() - LONGEST_WORDS));
  }
}
