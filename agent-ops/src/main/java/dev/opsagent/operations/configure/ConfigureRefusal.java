package dev.opsagent.operations.configure;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.RepositoryPath;
import dev.opsagent.operations.RepositoryRefusal;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.operations.SecretNames;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says what is wrong with a change of settings before anything is looked up; names fields, never
 * their values.
 *
 * @param environments names of those that are served
 */
record ConfigureRefusal(OwnershipMap owners, Set<String> environments) {
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern DATA_KEY = Pattern.compile("[A-Za-z0-9._-]{1,253}");
  private static final Pattern WAY = Pattern.compile("[^.]+(\\.[^.]+)*");

  ConfigureRefusal {
    environments = Set.copyOf(environments);
  }

  Optional<Failure> of(TaskDispatch task) {
    ConfigureParameters parameters;
    try {
      parameters = ConfigureParameters.of(task);
    } catch (InvalidMessage e) {
      return invalid("parameters", String.valueOf(e.getMessage()));
    }
    return Stream.of(
            RequirementsRefusal.of(task, Set.of()),
            RepositoryRefusal.of(ConfigureOperation.NAME, task),
            ofPath(parameters),
            ofEnvironment(task, parameters))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> ofKeys(parameters))
        .or(() -> ofSecrets(parameters));
  }

  private Optional<Failure> ofPath(ConfigureParameters parameters) {
    if (!RepositoryPath.isPath(parameters.file())) {
      return invalid("parameters.file", "must be a path inside the repository");
    }
    if (parameters.format().isEmpty()) {
      return invalid(
          "parameters.file",
          parameters.configMap().isPresent()
              ? "must end with .yaml or .yml to hold a ConfigMap"
              : "must be a .env file, or end with .yaml, .yml or .json");
    }
    return owners
        .refusal(parameters.file())
        .flatMap(judged ->
            refuse(
                ReasonCode.NOT_MINE,
                "%s belongs to %s (rule %s)"
                    .formatted(parameters.file(), judged.owner().title(), judged.rule()),
                "dispatch that part to " + judged.owner().title()));
  }

  private Optional<Failure> ofEnvironment(TaskDispatch task, ConfigureParameters parameters) {
    Set<String> named = new EnvironmentFile(parameters.file(), environments).named();
    boolean foreign = !named.isEmpty() && !named.equals(Set.of(task.target().environment()));
    return foreign
        ? invalid("parameters.file", "names another environment than target.environment")
        : Optional.empty();
  }

  private static Optional<Failure> ofKeys(ConfigureParameters parameters) {
    List<Edit> edits = parameters.edits();
    if (edits.isEmpty()) {
      return invalid("parameters", "must hold set, unset or secrets");
    }
    Set<String> seen = new HashSet<>();
    for (Edit edit : edits) {
      if (!seen.add(edit.key())) {
        return invalid(field(edit), "is in more than one of set, unset and secrets");
      }
      if (!form(parameters).matcher(edit.key()).matches()) {
        return invalid(field(edit), "is no key of such a file");
      }
    }
    return Optional.empty();
  }

  private static Pattern form(ConfigureParameters parameters) {
    if (parameters.configMap().isPresent()) {
      return DATA_KEY;
    }
    return parameters.format().filter(Dotenv.class::isInstance).isPresent() ? VARIABLE : WAY;
  }

  private static String field(Edit edit) {
    return switch (edit) {
      case Edit.Set(String key, var _) -> "parameters.set." + key;
      case Edit.Refer(String key, String _) -> "parameters.secrets." + key;
      case Edit.Unset _ -> "parameters.unset";
    };
  }

  private static Optional<Failure> ofSecrets(ConfigureParameters parameters) {
    boolean map = parameters.configMap().isPresent();
    if (map && !parameters.secrets().isEmpty()) {
      return refuse(
          ReasonCode.INVALID_PARAMETERS,
          "parameters.secrets cannot be referred to by a ConfigMap",
          "let the workload take the key from a Secret with secretKeyRef");
    }
    return parameters.set().entrySet().stream()
        .filter(it -> SecretNames.isSetting(it.getKey(), it.getValue().asString()))
        .map(it -> "parameters.set." + it.getKey())
        .sorted()
        .findFirst()
        .flatMap(field ->
            refuse(
                ReasonCode.INVALID_PARAMETERS,
                field + " looks like a secret, and whoever has the repository can read it",
                map
                    ? "let the workload take the key from a Secret with secretKeyRef"
                    : "name the secret instead: secrets: {KEY: NAME_OF_THE_SECRET}, which the file"
                        + " then refers to as ${NAME_OF_THE_SECRET}"));
  }

  private static Optional<Failure> invalid(String field, String cause) {
    return refuse(
        ReasonCode.INVALID_PARAMETERS,
        field + " " + cause,
        "correct the task and dispatch it under a new task id");
  }

  private static Optional<Failure> refuse(ReasonCode code, String cause, String fix) {
    return Optional.of(Failure.of(code, "accept the change of settings", cause, fix));
  }
}
