package dev.opsagent.tools.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import dev.opsagent.outside.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** All that an engine has of a target and of its slots, whichever runtime made it. */
public final class TargetContainers {
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final String PROJECT = "com.docker.compose.project";

  private final DockerDoor door;

  /**
   * @param environment of this process: {@code DOCKER_HOST} and its companions lead to the engine
   */
  public TargetContainers(Map<String, String> environment) {
    this.door = new DockerDoor(environment);
  }

  /** How many of its containers run. */
  public Answer<Integer> running(String target) {
    return Session.look(
        () -> door.session(ANSWER),
        session ->
            Session.call(
                "count the containers of " + target, () -> found(session, target, false).size()));
  }

  /**
   * Removes its containers, those that run too, their unnamed volumes, and its projects' networks.
   */
  public Answer<Boolean> remove(String target) {
    return Session.ask(
        door.session(ANSWER),
        session ->
            Session.call("remove the containers of " + target, () -> removed(session, target)));
  }

  private static boolean removed(Session session, String target) {
    List<Container> containers = found(session, target, true);
    for (Container container : containers) {
      removed(() ->
          session
              .client()
              .removeContainerCmd(container.getId())
              .withForce(true)
              .withRemoveVolumes(true)
              .exec());
    }
    Set<String> projects =
        containers.stream()
            .flatMap(it -> Optional.ofNullable(it.getLabels().get(PROJECT)).stream())
            .collect(Collectors.toSet());
    for (String project : projects) {
      session
          .client()
          .listNetworksCmd()
          .withFilter("label", List.of(PROJECT + "=" + project))
          .exec()
          .forEach(it -> removed(() -> session.client().removeNetworkCmd(it.getId()).exec()));
    }
    return true;
  }

  private static void removed(Runnable removal) {
    try {
      removal.run();
    } catch (NotFoundException _) {
      // it went by itself
    }
  }

  private static List<Container> found(Session session, String target, boolean all) {
    return session
        .client()
        .listContainersCmd()
        .withShowAll(all)
        .withLabelFilter(List.of(Labels.TARGET))
        .exec()
        .stream()
        .filter(it -> isOf(it.getLabels().getOrDefault(Labels.TARGET, ""), target))
        .toList();
  }

  private static boolean isOf(String labelled, String target) {
    return labelled.equals(target) || labelled.startsWith(target + "~");
  }
}
