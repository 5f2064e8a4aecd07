package dev.opsagent.tools.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Peers;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What {@code kubectl kustomize} makes of a folder, read strictly.
 *
 * @param objects of the kinds that every cluster knows
 * @param others of kinds that somebody has added to a cluster
 */
record Kustomized(List<HasMetadata> objects, List<JsonNode> others) {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Stream.of(
              ConfigMap.class,
              Deployment.class,
              Namespace.class,
              NetworkPolicy.class,
              PodDisruptionBudget.class,
              Role.class,
              RoleBinding.class,
              Service.class,
              ServiceAccount.class)
          .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

  static Kustomized of(Path folder) throws IOException, InterruptedException {
    Path kubectl = Peers.require("kubectl", "install kubectl");
    Process process =
        new ProcessBuilder(kubectl.toString(), "kustomize", folder.toString()).start();
    String made = new String(process.getInputStream().readAllBytes(), UTF_8);
    String said = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).as("warnings of kustomize").isEmpty();
    return of(made);
  }

  static Kustomized of(String documents) {
    List<HasMetadata> objects = new ArrayList<>();
    List<JsonNode> others = new ArrayList<>();
    for (String document : documents.split("(?m)^---\n", -1)) {
      JsonNode tree = Json.readYamlTree(document.getBytes(UTF_8));
      Class<? extends HasMetadata> type = KINDS.get(tree.path("kind").asString(""));
      if (type == null) {
        others.add(tree);
      } else {
        objects.add(ManifestReader.strictly(type, tree));
      }
    }
    return new Kustomized(objects, others);
  }

  <T extends HasMetadata> List<T> all(Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The only one of its type. */
  <T extends HasMetadata> T the(Class<T> type) {
    List<T> found = all(type);
    assertThat(found).as(type.getSimpleName()).hasSize(1);
    return found.getFirst();
  }
}
