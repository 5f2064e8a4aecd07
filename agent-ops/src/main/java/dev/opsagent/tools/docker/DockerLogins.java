package dev.opsagent.tools.docker;

import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The passwords and tokens of the operator's Docker configuration file, so that they can be hidden;
 * it is the file in which {@link DockerRegistry} finds its logins.
 *
 * @param environment of this process
 */
public record DockerLogins(Map<String, String> environment) {
  public DockerLogins {
    environment = Map.copyOf(environment);
  }

  /** As they are now, by what they are for; none where the file cannot be read. */
  public Map<String, String> passwords() {
    Map<String, String> passwords = new TreeMap<>();
    configuration()
        .ifPresent(file ->
            file.path("auths")
                .propertyStream()
                .forEach(registry -> {
                  JsonNode login = registry.getValue();
                  String name = "the Docker login to " + registry.getKey();
                  password(login).ifPresent(it -> passwords.put(name, it));
                  text(login, "identitytoken")
                      .ifPresent(it -> passwords.put("the token of " + name, it));
                }));
    return passwords;
  }

  private Optional<JsonNode> configuration() {
    String home = environment.getOrDefault("HOME", "") + "/.docker";
    String folder = environment.getOrDefault("DOCKER_CONFIG", "");
    Path file = Path.of(folder.isBlank() ? home : folder.strip(), "config.json");
    try {
      return Files.isRegularFile(file) && Files.size(file) <= Json.MAX_BYTES
          ? Optional.of(Json.readTree(Files.readAllBytes(file)))
          : Optional.empty();
    } catch (IOException | InvalidMessage unreadable) {
      return Optional.empty();
    }
  }

  private static Optional<String> password(JsonNode login) {
    return text(login, "auth").flatMap(DockerLogins::decoded).or(() -> text(login, "password"));
  }

  private static Optional<String> decoded(String auth) {
    try {
      String pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
      return Optional.of(pair.substring(pair.indexOf(':') + 1)).filter(it -> !it.isEmpty());
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(JsonNode login, String name) {
    return login.path(name).asStringOpt().filter(it -> !it.isEmpty());
  }
}
