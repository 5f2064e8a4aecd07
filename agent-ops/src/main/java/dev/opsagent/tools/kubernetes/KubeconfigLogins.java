package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Environment;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The tokens, passwords and keys of kubeconfigs, so that they can be hidden. */
public final class KubeconfigLogins {
  private static final List<String> LOGINS = List.of("token", "password", "client-key-data");

  private KubeconfigLogins() {}

  /** As they are now, by what they are for; none where the file cannot be read. */
  public static Map<String, String> of(Environment.Cluster cluster) {
    Map<String, String> logins = new TreeMap<>();
    cluster
        .kubeconfig()
        .flatMap(KubeconfigLogins::read)
        .ifPresent(file ->
            file.path("users")
                .valueStream()
                .forEach(user ->
                    LOGINS.forEach(kind ->
                        user.path("user")
                            .path(kind)
                            .asStringOpt()
                            .ifPresent(login ->
                                logins.put(
                                    "the %s of %s in a kubeconfig"
                                        .formatted(kind, user.path("name").asString("")),
                                    login)))));
    return logins;
  }

  private static Optional<JsonNode> read(String file) {
    try {
      Path path = Path.of(file);
      return Files.isRegularFile(path) && Files.size(path) <= Json.MAX_BYTES
          ? Optional.of(Json.readYamlTree(Files.readAllBytes(path)))
          : Optional.empty();
    } catch (IOException | InvalidMessage unreadable) {
      return Optional.empty();
    }
  }
}
