package dev.opsagent.tools.compose;

import dev.opsagent.outside.Grants;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What leads the clients to the container engine. They run no code of a repository: that runs in
 * containers, if the policy for compose files allows what it asks for.
 *
 * @param settings the clients' own variables
 */
record Engine(Map<String, String> settings) {
  private static final String USUAL = "unix:///var/run/docker.sock";

  /**
   * Grants for one call.
   *
   * @param folder the project's
   */
  Grants grants(Path folder) {
    Grants grants = settings("DOCKER_CONFIG").map(Grants.NONE::reading).orElse(Grants.NONE);
    grants = settings("BUILDX_CONFIG").map(grants::writing).orElse(grants);
    URI host = URI.create(settings.getOrDefault("DOCKER_HOST", USUAL));
    return switch (String.valueOf(host.getScheme())) {
      case "unix" -> grants.reading(folder).connecting(Path.of(host.getPath()));
      case "tcp", "http", "https" -> grants.reading(folder).reaching(host);
      default -> grants.reading(folder);
    };
  }

  private Optional<Path> settings(String name) {
    return Optional.ofNullable(settings.get(name)).map(Path::of).filter(Files::isDirectory);
  }
}
