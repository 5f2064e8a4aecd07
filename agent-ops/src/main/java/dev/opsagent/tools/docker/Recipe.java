package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is needed to make a release's container again. It is kept in a label of the
 * container, so that no worker needs a file for it.
 *
 * @param image pinned
 * @param command argument list; empty: what the image says
 * @param port of the host's loopback; absent: none is published
 * @param memory in bytes
 * @param timeoutMillis the longest that a start may take
 */
record Recipe(
    String version,
    String digest,
    String taskId,
    String image,
    List<String> command,
    Optional<Integer> port,
    Map<String, String> environment,
    Optional<Double> cpus,
    Optional<Long> memory,
    long timeoutMillis) {
  Recipe {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** Only a release whose image nobody can move has one. */
  static Answer<Recipe> of(String target, Release release) {
    Optional<Image> image = release.image();
    if (image.isEmpty()) {
      return no(target, release, "the release names no image");
    }
    return ImageName.isPinned(image.get().reference())
        ? new Answer.Ok<>(of(release, image.get()))
        : no(target, release, "its image is not named by a digest");
  }

  private static Recipe of(Release release, Image image) {
    return new Recipe(
        release.version(),
        release.digest(),
        release.taskId(),
        image.reference(),
        release.command(),
        release.port(),
        release.environment(),
        image.cpus(),
        image.memory(),
        release.timeout().toMillis());
  }

  /** The same release, run by another task. */
  Recipe by(String task) {
    return new Recipe(
        version, digest, task, image, command, port, environment, cpus, memory, timeoutMillis);
  }

  /** The same release on another port. */
  Recipe on(int other) {
    return new Recipe(
        version,
        digest,
        taskId,
        image,
        command,
        Optional.of(other),
        environment,
        cpus,
        memory,
        timeoutMillis);
  }

  boolean isSameAs(Recipe other) {
    return digest.equals(other.digest) && taskId.equals(other.taskId);
  }

  boolean isOf(Running running) {
    return digest.equals(running.digest()) && taskId.equals(running.taskId());
  }

  Optional<String> address() {
    return port.map(number -> "http://127.0.0.1:" + number);
  }

  Duration timeout() {
    return Duration.ofMillis(timeoutMillis);
  }

  private static <T> Answer<T> no(String target, Release release, String cause) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.INVALID_PARAMETERS,
            "deploy " + release.version() + " to " + target,
            cause,
            "name the image as NAME@sha256:DIGEST, or by its id"));
  }
}
