package dev.opsagent.configuration;

import dev.opsagent.configuration.Configuration.Served;
import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.Environments;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The environments in force, behind walls at least as strong as the configuration asks for. */
public final class ReloadedEnvironments {
  private static final String WHAT = "environments";

  private ReloadedEnvironments() {}

  /** Reads them for the first time; the failure names every place that is wrong. */
  public static Answer<Reloaded<Environments>> open(Configuration configuration) {
    Map<String, Wall> least = new HashMap<>();
    configuration
        .sandbox()
        .required()
        .forEach((name, title) -> least.put(name, Wall.valueOf(title.toUpperCase(Locale.ROOT))));
    return switch (configuration.environments()) {
      case Served.Named(List<String> names) ->
          new Answer.Ok<>(Reloaded.fixed(WHAT, Environments.undeclared(names).requiring(least)));
      case Served.Declared(Path file) ->
          Reloaded.open(WHAT, file, path -> requiring(EnvironmentsFile.load(path), least));
    };
  }

  private static Loaded<Environments> requiring(
      Loaded<Environments> loaded, Map<String, Wall> least) {
    return switch (loaded) {
      case Loaded.Sound<Environments>(Environments sound) ->
          new Loaded.Sound<>(sound.requiring(least));
      case Loaded.Unsound<Environments> unsound -> unsound;
    };
  }
}
