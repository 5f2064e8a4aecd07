package dev.opsagent.outside;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which container engine the targets of an environment have, and what is put before their names
 * there.
 *
 * @param own variables of this process that lead to the engine where the environment declares none
 * @param declared the environments in force now
 */
public record ContainerEngines(Map<String, String> own, Supplier<Environments> declared) {
  private static final String HOST = "DOCKER_HOST";

  /** What leads to the engine of the worker only, or is for engines of other machines. */
  private static final List<String> OF_ANOTHER =
      List.of("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_TLS");

  public ContainerEngines {
    own = Map.copyOf(own);
  }

  /** One engine for all. */
  public static ContainerEngines only(Map<String, String> own) {
    return new ContainerEngines(own, () -> Environments.undeclared(List.of(Environment.LOCAL)));
  }

  /**
   * The variables that lead clients to the engine.
   *
   * @param target {@code environment/service}, or an environment alone
   */
  public Map<String, String> settings(String target) {
    Optional<URI> engine = environment(target).flatMap(Environment::engine);
    if (engine.isEmpty()) {
      return own;
    }
    Map<String, String> settings = new HashMap<>(own);
    OF_ANOTHER.forEach(settings::remove);
    settings.put(HOST, engine.get().toString());
    return settings;
  }

  /** What is put before the names of the target's containers and projects; empty: nothing. */
  public Optional<String> project(String target) {
    return environment(target).flatMap(Environment::project);
  }

  private Optional<Environment> environment(String target) {
    int slash = target.indexOf('/');
    return declared.get().find(slash < 0 ? target : target.substring(0, slash));
  }
}
