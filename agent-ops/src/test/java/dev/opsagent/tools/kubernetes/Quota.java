package dev.opsagent.tools.kubernetes;

import static dev.opsagent.tools.kubernetes.OnCluster.cluster;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;

/** A quota of the namespace, as long as it is open. */
final class Quota implements AutoCloseable {
  private final Resource<ResourceQuota> quota;

  private Quota(Resource<ResourceQuota> quota) {
    this.quota = quota;
  }

  static Quota ofNoPods() {
    ResourceQuota none =
        new ResourceQuotaBuilder()
            .withNewMetadata()
            .withName("none")
            .endMetadata()
            .withNewSpec()
            .addToHard("pods", new Quantity("0"))
            .endSpec()
            .build();
    var quotas = cluster().client().resourceQuotas().inNamespace(cluster().namespace());
    var _ = quotas.resource(none).create();
    Quota made = new Quota(quotas.withName("none"));
    await().atMost(Duration.ofSeconds(20)).until(made::isInForce);
    return made;
  }

  private boolean isInForce() {
    return cluster().isPlayed() || quota.get().getStatus().getHard().containsKey("pods");
  }

  @Override
  public void close() {
    quota.delete();
  }
}
