package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The roles that are shipped grant what the worker asks for and nothing more. That they grant
 * enough shows in every other test too: the mock refuses the worker whatever they do not grant.
 */
class RightsTest extends OnCluster {
  @Test
  void theRolesGrantNothingThatTheWorkerNeverAsksFor() throws Exception {
    Assumptions.assumeTrue(cluster().isPlayed(), "a real cluster does not tell who asked what");
    imageComesAndGoes();
    everyKindComesAndGoes();
    failureIsLookedInto();
    secretIsRead();

    assertThat(new TreeSet<>(cluster().asked())).isEqualTo(ShippedRights.all());
  }

  @Test
  void whatNoRoleGrantsIsRefused() {
    Assumptions.assumeTrue(cluster().isPlayed(), "a real cluster does not know this account");
    Config ofWorker = Config.fromKubeconfig(cluster().kubeconfig().toFile());
    try (KubernetesClient worker = new KubernetesClientBuilder().withConfig(ofWorker).build()) {
      var secrets = worker.secrets().inNamespace(cluster().namespace());

      assertThatThrownBy(secrets::list)
          .hasMessageContaining("no role grants the worker to list secrets");
    }
  }

  private void imageComesAndGoes() throws Exception {
    Deployed image = subject();
    image.deploy("1.0.0", "task-1");
    ok(image.runtime().usage(image.target()));
  }

  private void everyKindComesAndGoes() throws Exception {
    ByManifests all = made(new ByManifests(unique(), scratch));
    String set =
        KubernetesManifestsTest.of("StatefulSet", "NAME-db")
            .replace("replicas: 1", "serviceName: NAME");
    String daemons =
        KubernetesManifestsTest.of("DaemonSet", "NAME-logs").replace("  replicas: 1\n", "");
    Release first =
        all.of(
            "1.0.0",
            "task-1",
            ByManifests.SETTINGS,
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            ByManifests.SERVICE.replace("metadata: {name: NAME}", "metadata: {name: NAME-more}"),
            KubernetesManifestsTest.of("Deployment", "NAME-other"),
            KubernetesManifestsTest.CLAIM,
            KubernetesManifestsTest.INGRESS,
            KubernetesManifestsTest.AUTOSCALER,
            set,
            daemons,
            ArgoRolloutTest.ROLLOUT.replace("metadata: {name: NAME}", "metadata: {name: NAME-led}"),
            KubernetesManifestsTest.JOB);
    ServiceRuntime runtime = all.runtime();
    ok(runtime.deploy(all.target(), first));
    ok(runtime.drift(all.target()));
    ok(
        runtime.deploy(
            all.target(),
            all.of(
                "2.0.0",
                "task-2",
                ByManifests.SERVICE,
                ByManifests.DEPLOYMENT.replace(
                    "            envFrom: [{configMapRef: {name: NAME-settings}}]\n", ""))));
  }

  private void failureIsLookedInto() {
    Deployed broken = subject();
    broken.refused(broken.broken("1.0.0", "task-1"));
  }

  private static void secretIsRead() {
    KubernetesSecrets secrets =
        new KubernetesSecrets(_ -> Optional.of(cluster().declared()), Map.of());
    assertThat(secrets.read("staging", "no-such", "key")).isNotNull();
  }
}
