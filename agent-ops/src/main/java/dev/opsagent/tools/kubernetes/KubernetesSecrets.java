package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Values that clusters keep as Secrets, in the namespaces of environments. */
public final class KubernetesSecrets {
  private final Cluster.Door door;

  /**
   * @param clusters by the name of the environment
   * @param environment of this process
   */
  public KubernetesSecrets(
      Function<String, Optional<Environment.Cluster>> clusters, Map<String, String> environment) {
    this.door = new ApiDoor(clusters, environment);
  }

  /** The key's value now, as text. */
  public Answer<String> read(String environment, String secret, String key) {
    return door.open(environment + "/")
        .then(cluster -> {
          try (cluster) {
            return cluster.secret(secret, key);
          }
        })
        .then(value ->
            value
                .<Answer<String>>map(Answer.Ok::new)
                .orElseGet(() ->
                    new Answer.No<>(
                        Failure.of(
                            ReasonCode.CONFIGURATION,
                            "read the key " + key + " of the Secret " + secret,
                            "there is none in the namespace of " + environment,
                            "make it, or correct secrets: in the configuration"))));
  }
}
