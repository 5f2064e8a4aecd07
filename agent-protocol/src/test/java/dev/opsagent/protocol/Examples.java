package dev.opsagent.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The examples of {@code schemas/examples}, one folder per schema. */
final class Examples {
  static final Path SCHEMAS = Path.of("..", "schemas");

  private Examples() {}

  record Example(String schema, Path file) {
    byte[] bytes() {
      return content(file);
    }

    /** The field that the refusal of a bad example must name. */
    String expected() {
      String name = file.getFileName().toString().replace(".json", ".expect");
      return new String(content(file.resolveSibling(name)), StandardCharsets.UTF_8).strip();
    }

    @Override
    public String toString() {
      return schema + "/" + file.getFileName();
    }
  }

  static Stream<Example> good() {
    return examples("good").stream();
  }

  static Stream<Example> bad() {
    return examples("bad").stream();
  }

  private static List<Example> examples(String quality) {
    try (Stream<Path> files = Files.walk(SCHEMAS.resolve("examples").resolve(quality))) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(file -> new Example(file.getName(file.getNameCount() - 2).toString(), file))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] content(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
