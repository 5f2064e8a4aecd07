package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Everything that is needed to make a release's objects again. It is kept on the Deployment, so
 * that no worker needs a file for it.
 *
 * @param image with its digest
 * @param command argument list; empty: what the image says
 * @param port that the service listens on; absent: it takes no connections
 * @param memory in bytes
 * @param timeoutMillis the longest that a rollout may take
 * @param replicas how many pods there are to be; absent: as many as before, else one
 * @param rolling whether it takes the place of the one before pod by pod; absent: it does not
 * @param autoscaling how the number of pods follows the load; absent: it does not
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
    long timeoutMillis,
    Optional<Integer> replicas,
    Optional<Boolean> rolling,
    Optional<Autoscaling> autoscaling) {
  static final Pattern PINNED = Pattern.compile("[^@]+@sha256:[0-9a-f]{64}");

  Recipe {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** Only a release whose image nobody can move has one. */
  static Answer<Recipe> of(String target, Release release) {
    Optional<Image> image = release.image().filter(it -> PINNED.matcher(it.reference()).matches());
    return image
        .<Answer<Recipe>>map(it -> new Answer.Ok<>(of(release, it)))
        .orElseGet(() ->
            new Answer.No<>(
                Failure.of(
                    ReasonCode.INVALID_PARAMETERS,
                    "deploy " + release.version() + " to " + target,
                    "the release names no image by its digest",
                    "name the image as NAME@sha256:DIGEST")));
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
        release.timeout().toMillis(),
        release.replicas(),
        Optional.empty(),
        release.autoscaling());
  }

  /** The same release, run by another task. */
  Recipe by(String task) {
    return new Recipe(
        version,
        digest,
        task,
        image,
        command,
        port,
        environment,
        cpus,
        memory,
        timeoutMillis,
        replicas,
        rolling,
        autoscaling);
  }

  /** The same release with so many pods. */
  Recipe times(int count) {
    return with(Optional.of(count), rolling, autoscaling);
  }

  /** The same release, that takes the place of the one before pod by pod. */
  Recipe podByPod() {
    return with(replicas, Optional.of(true), autoscaling);
  }

  /** The same release, whose number of pods follows the load like that. */
  Recipe following(Optional<Autoscaling> load) {
    return with(replicas, rolling, load);
  }

  private Recipe with(
      Optional<Integer> count, Optional<Boolean> podByPod, Optional<Autoscaling> load) {
    return new Recipe(
        version,
        digest,
        taskId,
        image,
        command,
        port,
        environment,
        cpus,
        memory,
        timeoutMillis,
        count,
        podByPod,
        load);
  }

  int count() {
    return replicas.orElse(1);
  }

  /**
   * With how many pods it takes the place of another release.
   *
   * @param now how many pods that has
   */
  int beginsWith(int now) {
    return autoscaling.map(it -> Math.clamp(now, it.min(), it.max())).orElseGet(this::count);
  }

  boolean isRolling() {
    return rolling.orElse(false);
  }

  boolean isSameAs(Recipe other) {
    return digest.equals(other.digest) && taskId.equals(other.taskId);
  }

  Duration timeout() {
    return Duration.ofMillis(timeoutMillis);
  }
}
