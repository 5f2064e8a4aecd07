package dev.opsagent.configuration;

import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.EnvironmentsSchema;
import dev.opsagent.protocol.Json;
import java.nio.file.Path;
import java.util.List;

/** The operator's environments, from their file. */
public final class EnvironmentsFile {
  private static final OperatorFile FILE =
      new OperatorFile(
          "the environments",
          "environments.file",
          "schemas/environments.schema.json",
          "the command environments tries it without a worker");

  private EnvironmentsFile() {}

  /** Loads them: what is wrong is their form, or else all that does not fit together. */
  public static Loaded<Environments> load(Path file) {
    return FILE.load(
        file,
        (tree, places) -> {
          EnvironmentsSchema.validate(tree);
          EnvironmentsReading reading = new EnvironmentsReading(places);
          List<Environment> read = reading.read(Json.bind(tree, EnvironmentsDocument.class));
          List<Problem> problems = reading.problems();
          return problems.isEmpty()
              ? new Loaded.Sound<>(new Environments(read))
              : new Loaded.Unsound<>(FILE, problems);
        });
  }
}
