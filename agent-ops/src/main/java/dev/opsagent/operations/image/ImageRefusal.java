package dev.opsagent.operations.image;

import dev.opsagent.authority.RepositoryPath;
import dev.opsagent.operations.BuildTimeStep;
import dev.opsagent.operations.RepositoryRefusal;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.operations.SecretNames;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says what is wrong with a build before anything is looked up; names fields, never their values.
 *
 * @param isLocal whether the task's environment is a local one
 */
record ImageRefusal(Predicate<TaskDispatch> isLocal) {
  private static final String LATEST = "latest";
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final Pattern IMAGE =
      Pattern.compile(
          "([a-zA-Z0-9.-]+(:\\d{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*");

  /** A first part like this is a registry; any other is a part of the public registry's names. */
  private static final Pattern REGISTRY = Pattern.compile("(localhost|[^/]*[.:][^/]*)/.+");

  Optional<Failure> of(TaskDispatch task) {
    ImageParameters parameters;
    try {
      parameters = ImageParameters.of(task);
    } catch (InvalidMessage e) {
      return invalid("parameters", String.valueOf(e.getMessage()));
    }
    return Stream.of(
            RequirementsRefusal.of(task, BuildTimeStep.ENFORCED),
            RepositoryRefusal.of(BuildOperation.NAME, task),
            ofName(task, parameters),
            ofPaths(parameters),
            ofArguments(parameters),
            ofLimit(parameters))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<Failure> ofName(TaskDispatch task, ImageParameters parameters) {
    if (!IMAGE.matcher(parameters.image()).matches() || parameters.image().length() > 255) {
      return invalid("parameters.image", "is no name of an image without a tag");
    }
    if (!TAG.matcher(parameters.tag()).matches()) {
      return invalid("parameters.tag", "is no tag");
    }
    if (parameters.tag().equals(LATEST) && !isLocal.test(task)) {
      return invalid("parameters.tag", "may be latest in a local environment only");
    }
    return parameters.push() && !REGISTRY.matcher(parameters.image()).matches()
        ? invalid("parameters.image", "must begin with its registry to be pushed")
        : Optional.empty();
  }

  private static Optional<Failure> ofPaths(ImageParameters parameters) {
    if (parameters.folder().filter(path -> !RepositoryPath.isPath(path)).isPresent()) {
      return invalid("parameters.context", "must be a folder inside the repository");
    }
    return RepositoryPath.isPath(parameters.dockerfile())
        ? Optional.empty()
        : invalid("parameters.dockerfile", "must be a path inside the context");
  }

  private static Optional<Failure> ofArguments(ImageParameters parameters) {
    return parameters.args().entrySet().stream()
        .filter(it -> SecretNames.isSetting(it.getKey(), it.getValue()))
        .map(it -> "parameters.args." + it.getKey())
        .sorted()
        .findFirst()
        .flatMap(field ->
            refuse(
                ReasonCode.INVALID_PARAMETERS,
                field + " looks like a secret, and whoever has the image can read its arguments",
                "take it out: fetch what needs a login before the build, or give the secret to the"
                    + " service when it runs"));
  }

  private static Optional<Failure> ofLimit(ImageParameters parameters) {
    boolean sound =
        parameters.timeout().isPositive()
            && parameters.timeout().compareTo(ImageParameters.LONGEST) <= 0;
    return sound
        ? Optional.empty()
        : invalid("parameters.timeout", "must be longer than nothing and at most PT1H");
  }

  private static Optional<Failure> invalid(String field, String cause) {
    return refuse(
        ReasonCode.INVALID_PARAMETERS,
        field + " " + cause,
        "correct the task and dispatch it under a new task id");
  }

  private static Optional<Failure> refuse(ReasonCode code, String cause, String fix) {
    return Optional.of(Failure.of(code, "accept the build", cause, fix));
  }
}
