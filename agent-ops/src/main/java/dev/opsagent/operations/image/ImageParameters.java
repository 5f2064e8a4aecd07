package dev.opsagent.operations.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of {@code image.build}, as {@code schemas/operations/image.build.schema.json}
 * states them.
 *
 * @param image the image's name, without tag
 * @param file the Dockerfile, below the context
 * @param folder the context; absent: the repository's root
 * @param arguments build arguments, never secrets
 * @param target the stage to build; absent: the last
 * @param pushed whether the image goes to the registry that its name begins with
 * @param largest bytes that the image may have
 * @param limit the longest that the build may take
 */
record ImageParameters(
    String image,
    String tag,
    @JsonProperty("dockerfile") Optional<String> file,
    @JsonProperty("context") Optional<String> folder,
    @JsonProperty("args") Optional<Map<String, String>> arguments,
    Optional<String> target,
    @JsonProperty("push") Optional<Boolean> pushed,
    @JsonProperty("maxSize") Optional<Long> largest,
    @JsonProperty("timeout") Optional<Duration> limit) {
  static final Duration LONGEST = Duration.ofHours(1);
  private static final long LARGEST = 2L << 30;

  /**
   * Reads the parameters of a task.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when they are not as the schema says
   */
  static ImageParameters of(TaskDispatch task) {
    return Json.bind(task.parameters(), ImageParameters.class);
  }

  /** {@code name:tag}. */
  String reference() {
    return image + ":" + tag;
  }

  String dockerfile() {
    return file.orElse("Dockerfile");
  }

  /** The folder of the repository that the context is; empty for its root. */
  String context() {
    return folder.orElse("");
  }

  Map<String, String> args() {
    return arguments.orElse(Map.of());
  }

  boolean push() {
    return pushed.orElse(false);
  }

  long maxSize() {
    return largest.orElse(LARGEST);
  }

  Duration timeout() {
    return limit.orElse(Duration.ofMinutes(15));
  }
}
