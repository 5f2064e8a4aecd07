package dev.opsagent.configuration;

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

/**
 * A YAML file that the operator names in a setting. One that cannot be used is never replaced by
 * another.
 *
 * @param what it holds, in words
 * @param setting that names it
 * @param form where it stands what may be written
 * @param trial how to try it without a worker
 */
public record OperatorFile(String what, String setting, String form, String trial) {
  /** What loading came to. */
  public sealed interface Loaded<T> {
    /** What the file holds, checked. */
    record Sound<T>(T value) implements Loaded<T> {}

    /**
     * What is wrong with the file, in its order.
     *
     * @param file which one it is
     */
    record Unsound<T>(OperatorFile file, List<Problem> problems) implements Loaded<T> {
      public Unsound {
        problems = List.copyOf(problems);
      }

      /** All of it as one failure. */
      public Failure failure() {
        return Failure.of(
            ReasonCode.CONFIGURATION,
            "use " + file.what(),
            problems.stream().map(Problem::toString).collect(Collectors.joining("\n")),
            "correct it; " + file.trial());
      }
    }
  }

  /** Makes a value of the tree; throws {@link InvalidMessage} for what breaks its form. */
  interface Reader<T> {
    Loaded<T> read(JsonNode tree, YamlPlaces places);
  }

  /** Loads a file of at most {@link Json#MAX_BYTES} bytes. */
  <T> Loaded<T> load(Path path, Reader<T> reader) {
    try (InputStream in = Files.newInputStream(path)) {
      return read(path.toString(), in.readNBytes(Json.MAX_BYTES + 1), reader);
    } catch (IOException unreadable) {
      return unsound(
          new Origin.File(path.toString(), 1, 1),
          what + " cannot be read",
          "name a file that can be read in " + setting + ", or none");
    }
  }

  private <T> Loaded<T> read(String name, byte[] yaml, Reader<T> reader) {
    YamlPlaces places = YamlPlaces.of(name, yaml);
    try {
      return reader.read(Json.readYamlTree(yaml), places);
    } catch (InvalidMessage broken) {
      String fix = "correct it; " + form + " says what may stand there";
      return unsound(places.of(broken.field()), String.valueOf(broken.getMessage()), fix);
    }
  }

  private <T> Loaded<T> unsound(Origin where, String cause, String fix) {
    return new Loaded.Unsound<>(this, List.of(new Problem(where, cause, fix)));
  }
}
