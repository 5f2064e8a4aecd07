package dev.opsagent.tools.docker;

import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.model.AuthConfig;
import dev.opsagent.protocol.Json;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The operator's logins to registries; nothing of them is told to anybody but the engine. */
final class RegistryLogin {
  private RegistryLogin() {}

  /** The login to the registry of an image; one that cannot be read is none. */
  static Optional<AuthConfig> of(Session session, String name) {
    try {
      return Optional.ofNullable(session.settings().effectiveAuthConfig(name))
          .filter(auth ->
              auth.getUsername() != null
                  || auth.getIdentitytoken() != null
                  || auth.getRegistrytoken() != null);
    } catch (DockerClientException e) {
      return Optional.empty();
    }
  }

  /** The login as engines take it in a request's header. */
  static String header(Session session, String reference) {
    Map<String, String> login = new TreeMap<>();
    of(session, ImageName.repository(reference))
        .ifPresent(auth -> {
          put(login, "username", auth.getUsername());
          put(login, "password", auth.getPassword());
          put(login, "serveraddress", auth.getRegistryAddress());
          put(login, "identitytoken", auth.getIdentitytoken());
          put(login, "registrytoken", auth.getRegistrytoken());
        });
    return Base64.getUrlEncoder().encodeToString(Json.write(login));
  }

  private static void put(Map<String, String> login, String name, @Nullable String value) {
    if (value != null) {
      login.put(name, value);
    }
  }
}
