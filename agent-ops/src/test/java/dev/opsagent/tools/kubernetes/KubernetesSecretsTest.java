package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Environment;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KubernetesSecretsTest extends OnCluster {
  private final String name = unique();

  private static KubernetesSecrets secrets(Environment.Cluster declared) {
    return new KubernetesSecrets(
        environment -> Optional.of(declared).filter(_ -> environment.equals("production")),
        Map.of());
  }

  private void keep(String key, String value) {
    String encoded = Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .addToData(key, encoded)
            .build();
    var _ =
        cluster()
            .client()
            .secrets()
            .inNamespace(cluster().namespace())
            .resource(secret)
            .createOr(existing -> existing.update());
  }

  @Test
  void aKeyOfASecretIsReadAsItIsNow() {
    keep("password", "Käse/8+");
    KubernetesSecrets secrets = secrets(cluster().declared());
    assertThat(ok(secrets.read("production", name, "password"))).isEqualTo("Käse/8+");

    keep("password", "rotated");
    assertThat(ok(secrets.read("production", name, "password"))).isEqualTo("rotated");
  }

  @Test
  void whatIsNotThereIsNamed() {
    keep("password", "x");
    KubernetesSecrets secrets = secrets(cluster().declared());
    Failure key = no(secrets.read("production", name, "user"));
    assertThat(key.code()).isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(key.action()).isEqualTo("read the key user of the Secret " + name);
    assertThat(no(secrets.read("production", "no-" + name, "user")).code())
        .isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(no(secrets.read("elsewhere", name, "user")).cause())
        .isEqualTo("the environment elsewhere declares no cluster");
  }

  @Test
  void anAccountWithoutTheRightIsToldSo() throws Exception {
    keep("password", "x");
    String token = cluster().isPlayed() ? TestingApi.NO_RIGHTS : cluster().tokenOfNobody();
    Path kubeconfig = scratch.resolve("nobody-" + name);
    Files.writeString(kubeconfig, TestingCluster.kubeconfig(cluster().url(), token));
    Environment.Cluster nobodys =
        new Environment.Cluster(
            cluster().namespace(),
            Optional.empty(),
            Optional.of(kubeconfig.toString()),
            Optional.empty());
    Failure failure = no(secrets(nobodys).read("production", name, "password"));
    assertThat(failure.code()).isNotEqualTo(ReasonCode.INTERNAL);
    assertThat(failure.action()).contains("read the Secret " + name);
  }
}
