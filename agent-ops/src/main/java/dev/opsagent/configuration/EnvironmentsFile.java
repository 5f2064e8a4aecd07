package dev.opsagent.configuration;

import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.EnvironmentsSchema;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The operator's environments, from their file. A file that cannot be used is never replaced. */
public final class EnvironmentsFile {
  private EnvironmentsFile() {}

  /** What loading came to. */
  public sealed interface Loaded {
    /** Environments that fit together. */
    record Sound(Environments environments) implements Loaded {}

    /** What is wrong with the file: its form, or else all that does not fit, in its order. */
    record Unsound(List<Problem> problems) implements Loaded {
      public Unsound {
        problems = List.copyOf(problems);
      }

      /** All of it as one failure. */
      public Failure failure() {
        return Failure.of(
            ReasonCode.CONFIGURATION,
            "use the environments",
            problems.stream().map(Problem::toString).collect(Collectors.joining("\n")),
            "correct it; the command environments tries it without a worker");
      }
    }
  }

  /** Loads a file of at most {@link Json#MAX_BYTES} bytes. */
  public static Loaded load(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in.readNBytes(Json.MAX_BYTES + 1));
    } catch (IOException unreadable) {
      return new Loaded.Unsound(
          List.of(
              new Problem(
                  new Origin.File(file.toString(), 1, 1),
                  "the environments cannot be read",
                  "name a file that can be read in environments.file, or none")));
    }
  }

  private static Loaded read(String name, byte[] yaml) {
    YamlPlaces places = YamlPlaces.of(name, yaml);
    try {
      JsonNode tree = Json.readYamlTree(yaml);
      EnvironmentsSchema.validate(tree);
      return new EnvironmentsReading(places).read(Json.bind(tree, EnvironmentsDocument.class));
    } catch (InvalidMessage broken) {
      String cause = String.valueOf(broken.getMessage());
      String fix = "correct it; schemas/environments.schema.json says what may stand there";
      return new Loaded.Unsound(List.of(new Problem(places.of(broken.field()), cause, fix)));
    }
  }
}
