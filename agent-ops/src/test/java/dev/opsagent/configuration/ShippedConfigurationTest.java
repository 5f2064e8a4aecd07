package dev.opsagent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Readme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that the manifests for Kubernetes give a worker. */
class ShippedConfigurationTest {
  private static final Path SHIPPED =
      Readme.root().resolve("deploy/kubernetes/example/workers").normalize();

  @Test
  void aWorkerTakesItsConfiguration(@TempDir Path folder) throws Exception {
    String here =
        Files.readString(SHIPPED.resolve("ops-agent.yaml"))
            .replace("/etc/ops-agent/", SHIPPED + "/");
    Path file = Files.writeString(folder.resolve("ops-agent.yaml"), here);

    Loaded loaded =
        new ConfigurationSources(Map.of(), folder, folder).load(Optional.of(file), Map.of());

    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    Configuration configuration = ((Loaded.Valid) loaded).configuration();
    assertThat(configuration.signing().required()).isTrue();
    assertThat(configuration.signing().trust()).contains(SHIPPED.resolve("trust.yaml"));
  }

  @Test
  void itsEnvironmentIsTheNamespaceThatGrantsItRights() throws Exception {
    var loaded = EnvironmentsFile.load(SHIPPED.resolve("environments.yaml"));

    assertThat(loaded).isInstanceOf(OperatorFile.Loaded.Sound.class);
    Environments environments = ((OperatorFile.Loaded.Sound<Environments>) loaded).value();
    String namespace =
        environments.find("staging").flatMap(Environment::kubernetes).orElseThrow().namespace();
    assertThat(Files.readString(SHIPPED.resolve("../staging/kustomization.yaml")))
        .contains("namespace: " + namespace + "\n");
  }

  @Test
  void nobodyMayOrderAnythingBeforeTheirKeyIsListed() throws Exception {
    Path file = SHIPPED.resolve("trust.yaml");

    assertThat(TrustFile.load(file, Duration.ofDays(15)))
        .isInstanceOf(OperatorFile.Loaded.Sound.class);
    assertThat(Json.readYamlTree(Files.readAllBytes(file)).path("agents").isEmpty()).isTrue();
  }
}
