package dev.opsagent.tools.kubernetes;

import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Readme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the roles that the project ships grant the worker in a namespace. */
final class ShippedRights {
  private ShippedRights() {}

  static Path folder() {
    return Readme.root().resolve("deploy/kubernetes");
  }

  /** Those of a target's namespace, and of one whose Secrets are read. */
  static Set<Right> all() {
    return Stream.of("deployer/role.yaml", "read-secrets/role.yaml")
        .map(ShippedRights::role)
        .flatMap(role -> role.path("rules").valueStream())
        .flatMap(ShippedRights::rights)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static JsonNode role(String file) {
    try {
      return Json.readYamlTree(Files.readAllBytes(folder().resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Right> rights(JsonNode rule) {
    return strings(rule, "apiGroups")
        .flatMap(group ->
            strings(rule, "resources")
                .flatMap(resource ->
                    strings(rule, "verbs").map(verb -> new Right(group, resource, verb))));
  }

  private static Stream<String> strings(JsonNode rule, String field) {
    return rule.path(field).valueStream().map(it -> it.asString(""));
  }
}
