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
import java.util.Optional;
import java.util.function.Supplier;

/** The environments in force now: those that are named, or those that their file says. */
public final class ReloadedEnvironments implements Supplier<Environments> {
  private final Supplier<Environments> now;
  private final Supplier<Optional<String>> fault;

  private ReloadedEnvironments(Supplier<Environments> now, Supplier<Optional<String>> fault) {
    this.now = now;
    this.fault = fault;
  }

  /** Reads them for the first time; the failure names every place that is wrong. */
  public static Answer<ReloadedEnvironments> open(Configuration configuration) {
    Map<String, Wall> least = new HashMap<>();
    configuration
        .sandbox()
        .required()
        .forEach((name, title) -> least.put(name, Wall.valueOf(title.toUpperCase(Locale.ROOT))));
    return switch (configuration.environments()) {
      case Served.Named(List<String> names) -> {
        Environments named = Environments.undeclared(names).requiring(least);
        yield new Answer.Ok<>(new ReloadedEnvironments(() -> named, Optional::empty));
      }
      case Served.Declared(Path file) -> open(file, least);
    };
  }

  private static Answer<ReloadedEnvironments> open(Path file, Map<String, Wall> least) {
    return switch (Reloaded.open("environments", file, path -> load(path, least))) {
      case Answer.Ok<Reloaded<Environments>>(Reloaded<Environments> reloaded) ->
          new Answer.Ok<>(new ReloadedEnvironments(reloaded, reloaded::fault));
      case Answer.No<Reloaded<Environments>>(var failure) -> new Answer.No<>(failure);
    };
  }

  private static Loaded<Environments> load(Path file, Map<String, Wall> least) {
    return switch (EnvironmentsFile.load(file)) {
      case Loaded.Sound<Environments>(Environments read) ->
          new Loaded.Sound<>(read.requiring(least));
      case Loaded.Unsound<Environments> unsound -> unsound;
    };
  }

  /** Those in force. */
  @Override
  public Environments get() {
    return now.get();
  }

  /** Why the file as it is now is not in force, in one sentence; empty when it is. */
  public Optional<String> fault() {
    return fault.get();
  }
}
