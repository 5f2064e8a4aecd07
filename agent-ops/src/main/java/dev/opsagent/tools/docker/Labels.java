package dev.opsagent.tools.docker;

import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is written on a container when it is made. The engine never changes it.
 *
 * @param target whose container it is
 * @param recipe how it is made
 * @param previous version that ran before, for people who look
 * @param name the name it takes once it has proved that it runs
 * @param replaces whether it takes the place of the container of that name, which then goes: a
 *     restart. Otherwise that one is kept to be gone back to.
 */
record Labels(
    String target, Recipe recipe, Optional<String> previous, String name, boolean replaces) {
  static final String RUNTIME = "dev.opsagent.runtime";
  static final String TARGET = "dev.opsagent.target";
  static final String DOCKER = "docker";
  private static final String VERSION = "dev.opsagent.version";
  private static final String DIGEST = "dev.opsagent.digest";
  private static final String TASK = "dev.opsagent.task";
  private static final String PREVIOUS = "dev.opsagent.previous";
  private static final String NAME = "dev.opsagent.name";
  private static final String REPLACES = "dev.opsagent.replaces";
  private static final String RELEASE = "dev.opsagent.release";

  Map<String, String> toMap() {
    Map<String, String> labels = new HashMap<>();
    labels.put(RUNTIME, DOCKER);
    labels.put(TARGET, target);
    labels.put(VERSION, recipe.version());
    labels.put(DIGEST, recipe.digest());
    labels.put(TASK, recipe.taskId());
    previous.ifPresent(version -> labels.put(PREVIOUS, version));
    labels.put(NAME, name);
    labels.put(REPLACES, Boolean.toString(replaces));
    labels.put(RELEASE, new String(Json.write(recipe), StandardCharsets.UTF_8));
    return labels;
  }

  /** Empty when a container bears other labels, or some that cannot be read. */
  static Optional<Labels> of(Map<String, String> labels) {
    String release = labels.getOrDefault(RELEASE, "");
    if (!DOCKER.equals(labels.get(RUNTIME)) || release.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] bytes = release.getBytes(StandardCharsets.UTF_8);
      return Optional.of(
          new Labels(
              labels.getOrDefault(TARGET, ""),
              Json.readAcrossReleases(bytes, Recipe.class),
              Optional.ofNullable(labels.get(PREVIOUS)),
              labels.getOrDefault(NAME, ""),
              Boolean.parseBoolean(labels.get(REPLACES))));
    } catch (InvalidMessage e) {
      return Optional.empty();
    }
  }
}
