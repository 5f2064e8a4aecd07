package dev.opsagent.operations.push;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.operations.Health;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of {@code push}, as {@code schemas/operations/push.schema.json} states them.
 *
 * @param bump {@code patch}, {@code minor}, {@code major}, {@code auto} or a version
 * @param publish absent: nothing is published
 * @param scripts the package's scripts to run before packing; absent or empty: those that npm would
 *     run
 * @param deploy absent: nothing is deployed
 * @param health how a deployment proves that it serves; absent: its port takes connections
 * @param browser whether to show a local deployment to the person at the desktop
 */
record PushParameters(
    String bump,
    Optional<Publish> publish,
    Optional<List<String>> scripts,
    Optional<Deploy> deploy,
    Optional<Health> health,
    @JsonProperty("openBrowser") Optional<Boolean> browser) {

  /**
   * Reads the parameters of a task.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when they are not as the schema says
   */
  static PushParameters of(TaskDispatch task) {
    return Json.bind(task.parameters(), PushParameters.class);
  }

  boolean openBrowser() {
    return browser.orElse(false);
  }

  /**
   * @param registryName a registry that the operator configured
   * @param distTag the tag that installs the version by default
   * @param access {@code public} or {@code restricted}
   */
  record Publish(
      @JsonProperty("registry") Optional<String> registryName,
      @JsonProperty("tag") Optional<String> distTag,
      Optional<String> access) {
    static final String LATEST = "latest";

    String registry() {
      return registryName.orElse("npm");
    }

    String tag() {
      return distTag.orElse(LATEST);
    }
  }

  /**
   * @param kind {@code process} or {@code compose}
   * @param command argument list of a process; absent: the package's {@code start} script
   * @param port where the service listens
   * @param file compose file, relative to the repository's root
   * @param project compose project
   * @param env plain settings, never secrets
   */
  record Deploy(
      String kind,
      Optional<List<String>> command,
      Optional<Integer> port,
      Optional<String> file,
      Optional<String> project,
      Optional<Map<String, String>> env) {
    static final String PROCESS = "process";
    static final String COMPOSE = "compose";

    List<String> arguments() {
      return command.orElse(List.of());
    }

    Map<String, String> environment() {
      return env.orElse(Map.of());
    }
  }
}
