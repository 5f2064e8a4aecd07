package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Finds the cluster that a target's environment declares. */
final class ApiDoor implements Cluster.Door {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_MILLIS = 30_000;
  private static final int RETRIES = 2;
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private final Function<String, Optional<Environment.Cluster>> clusters;
  private final Map<String, String> environment;

  /**
   * @param clusters by the name of the environment
   * @param environment of this process
   */
  ApiDoor(
      Function<String, Optional<Environment.Cluster>> clusters, Map<String, String> environment) {
    this.clusters = clusters;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Answer<Cluster> open(String target) {
    String name = target.substring(0, Math.max(0, target.indexOf('/')));
    return clusters
        .apply(name)
        .map(this::open)
        .orElseGet(() ->
            no(
                "the environment " + name + " declares no cluster",
                "declare kubernetes: with its namespace in the file of environments"));
  }

  private Answer<Cluster> open(Environment.Cluster declared) {
    Answer<Config> config =
        declared
            .kubeconfig()
            .map(file -> ofFile(Path.of(file), declared.context()))
            .orElseGet(this::ofAccount);
    return config.map(it -> new ApiCluster(client(it), declared));
  }

  private static KubernetesClient client(Config config) {
    Config bounded =
        new ConfigBuilder(config)
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestTimeout(ANSWER_MILLIS)
            .withRequestRetryBackoffLimit(RETRIES)
            .withHttp2Disable(true)
            .build();
    return new KubernetesClientBuilder().withConfig(bounded).build();
  }

  private static Answer<Config> ofFile(Path file, Optional<String> context) {
    try {
      if (Files.size(file) > Json.MAX_BYTES) {
        return unsound(file, "is longer than 1 MiB");
      }
      JsonNode written = Json.readYamlTree(Files.readAllBytes(file));
      if (startsPrograms(written)) {
        return unsound(file, "has a program fetch credentials, and none is started for it");
      }
      String wanted = context.orElse(written.path("current-context").asString(""));
      boolean known =
          written
              .path("contexts")
              .valueStream()
              .anyMatch(it -> it.path("name").asString("").equals(wanted));
      return known
          ? new Answer.Ok<>(Config.fromKubeconfig(wanted, file.toFile()))
          : unsound(file, "has no context " + wanted);
    } catch (InvalidMessage | IOException | KubernetesClientException e) {
      // What it says may quote the file.
      return unsound(file, "cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static boolean startsPrograms(JsonNode written) {
    return written
        .path("users")
        .valueStream()
        .map(it -> it.path("user"))
        .anyMatch(user -> user.has("exec") || user.has("auth-provider"));
  }

  private Answer<Config> ofAccount() {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isEmpty()) {
      return no(
          "it names no kubeconfig, and this worker does not run in a cluster",
          "name the file in kubernetes.kubeconfig of the environment");
    }
    try {
      String token = Files.readString(ACCOUNT.resolve("token")).strip();
      return new Answer.Ok<>(
          new ConfigBuilder(Config.empty())
              .withMasterUrl("https://%s:%s".formatted(bracketed(host), port))
              .withCaCertFile(ACCOUNT.resolve("ca.crt").toString())
              .withOauthToken(token)
              .build());
    } catch (IOException e) {
      return no(
          "the pod of this worker has no service account",
          "give it one, or name a kubeconfig in the environment");
    }
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  private static <T> Answer<T> unsound(Path file, String cause) {
    return no(
        "the kubeconfig %s %s".formatted(file, cause),
        "correct kubernetes.kubeconfig or kubernetes.context of the environment; use a token or a"
            + " client certificate");
  }

  private static <T> Answer<T> no(String cause, String fix) {
    return new Answer.No<>(Failure.of(ReasonCode.CONFIGURATION, "reach the cluster", cause, fix));
  }
}
