package dev.opsagent.outside;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where services run. What runs for a target is found again after any crash of the worker. */
public interface ServiceRuntime {
  /** {@code process} or {@code compose}. */
  String kind();

  /** What runs for the target now; empty when nothing does. */
  Answer<Optional<Running>> running(String target);

  /**
   * Replaces what runs for the target by the release, which is kept so that it can be started
   * again. The release that ran before is remembered as {@link Running#previous()}.
   */
  Answer<Running> deploy(String target, Release release);

  /**
   * Takes the release back: starts the one before again, or stops everything when there was none.
   * Harmless when the release does not run.
   */
  Answer<Optional<Running>> rollback(String target, String digest);

  /** The last lines of the service's output, for the report of a failure. */
  String log(String target);

  /**
   * @param digest identifies the release: integrity of the package, or of the compose file and
   *     source
   * @param source the package's tarball, or the folder of the compose file
   * @param command argument list for a process; empty: the package's {@code start} script
   * @param file the compose file, relative to the source
   * @param environment plain settings, never secrets
   * @param taskId the task that deploys it: the fence that a later probe compares
   */
  record Release(
      String version,
      String digest,
      String taskId,
      Path source,
      List<String> command,
      Optional<Integer> port,
      Optional<String> file,
      Optional<String> project,
      Map<String, String> environment,
      Duration timeout) {
    public Release {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * @param identity pid and start time, or the project's container ids
   * @param previous version that ran before and can be started again
   */
  record Running(
      String version,
      String digest,
      String taskId,
      String identity,
      Optional<String> address,
      Optional<String> previous) {}
}
