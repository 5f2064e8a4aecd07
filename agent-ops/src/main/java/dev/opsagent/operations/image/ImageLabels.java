package dev.opsagent.operations.image;

import java.util.Map;

/** What is written on an image: where it comes from, for people, and what it is found again by. */
final class ImageLabels {
  /** Names of the OCI image specification. */
  private static final String REVISION = "org.opencontainers.image.revision";

  private static final String SOURCE = "org.opencontainers.image.source";

  /** Containers inherit their image's labels: these are none that a container is found by. */
  private static final String TASK = "dev.opsagent.image.task";

  private static final String INPUTS = "dev.opsagent.image.inputs";

  private ImageLabels() {}

  static Map<String, String> of(Sight seen, String taskId) {
    return Map.of(REVISION, seen.commit(), SOURCE, seen.url(), TASK, taskId, INPUTS, seen.inputs());
  }

  /** Those that every image of the same inputs bears. */
  static Map<String, String> ofInputs(Sight seen) {
    return Map.of(INPUTS, seen.inputs());
  }

  static boolean isMadeBy(String taskId, Map<String, String> labels) {
    return taskId.equals(labels.get(TASK));
  }

  static boolean isMadeByAnother(String taskId, Map<String, String> labels) {
    return labels.containsKey(TASK) && !isMadeBy(taskId, labels);
  }

  static boolean isOfInputs(Sight seen, Map<String, String> labels) {
    return seen.inputs().equals(labels.get(INPUTS));
  }
}
