package dev.opsagent.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each tool may be asked to do; a verb that nobody needs here is one that only others need.
 */
final class Verbs {
  private static final Set<String> COMPOSE =
      Set.of("build", "config", "down", "logs", "stop", "up", "version");

  private static final Map<String, Set<String>> ALLOWED =
      Map.of(
          "npm",
              Set.of(
                  "--version",
                  "ci",
                  "deprecate",
                  "dist-tag",
                  "install",
                  "pack",
                  "publish",
                  "run",
                  "view"),
          "docker",
              Set.of("compose", "container", "events", "image", "ps", "stop", "tag", "version"),
          "docker-compose", COMPOSE);

  private static final Map<String, Set<String>> BELOW =
      Map.of(
          "compose", COMPOSE,
          "container", Set.of("inspect"),
          "image", Set.of("inspect", "ls", "rm"));

  private Verbs() {}

  /** Whether the tool may be called like this; one that has no list may. */
  static boolean allow(List<String> command) {
    String tool = command.getFirst();
    Set<String> verbs = ALLOWED.get(tool);
    if (verbs == null) {
      return true;
    }
    if (tool.equals("docker-compose")) {
      return command.subList(1, command.size()).stream().anyMatch(verbs::contains);
    }
    if (command.size() < 2 || !verbs.contains(command.get(1))) {
      return false;
    }
    Set<String> below = tool.equals("docker") ? BELOW.get(command.get(1)) : null;
    // Compose takes options before its verb.
    return below == null || command.subList(2, command.size()).stream().anyMatch(below::contains);
  }
}
