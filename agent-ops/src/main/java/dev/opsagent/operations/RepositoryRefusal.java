package dev.opsagent.operations;

import dev.opsagent.outside.Environment;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says what is wrong with the repository that a task works on, before it is reached; names fields,
 * never their values.
 */
public final class RepositoryRefusal {
  private static final Pattern BRANCH = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/+@#-]{0,254}");

  private RepositoryRefusal() {}

  /**
   * Checks it.
   *
   * @param operation the name of the task's operation
   */
  public static Optional<Failure> of(String operation, TaskDispatch task) {
    return task.repository()
        .map(repository -> fault(repository, task.target().environment()))
        .orElse(Optional.of("repository is missing"))
        .map(cause ->
            Failure.of(
                ReasonCode.INVALID_PARAMETERS,
                "accept the " + operation,
                cause,
                "correct the task and dispatch it under a new task id"));
  }

  private static Optional<String> fault(RepositoryRef repository, String environment) {
    RemoteUrl url = new RemoteUrl(repository.url());
    Optional<String> refusal = url.refusal();
    if (refusal.isPresent()) {
      return refusal.map(cause -> "repository.url " + cause);
    }
    if (url.isOnThisMachine() && !environment.equals(Environment.LOCAL)) {
      return Optional.of(
          "repository.url may be a place on this machine for environment local only");
    }
    return repository
        .ref()
        .filter(ref -> !BRANCH.matcher(ref).matches() || ref.contains(".."))
        .map(_ -> "repository.ref is not a branch name");
  }
}
