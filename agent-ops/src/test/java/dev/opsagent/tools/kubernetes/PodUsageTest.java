package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Usage;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.ContainerMetricsBuilder;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetricsBuilder;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What pods use, where a cluster measures it. */
class PodUsageTest extends OnCluster {
  @Test
  void nothingIsKnownOfPodsThatNobodyMeasures() throws Exception {
    Assumptions.assumeTrue(cluster().isPlayed(), "a real cluster measures by itself");
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");

    assertThat(ok(subject.runtime().usage(subject.target()))).isEmpty();
  }

  @Test
  void theBusiestPodCountsForAnImageAndForManifests() throws Exception {
    Assumptions.assumeTrue(cluster().isPlayed(), "a real cluster measures by itself");
    Deployed image = subject();
    ByManifests manifests = made(new ByManifests(unique(), scratch));
    image.deploy("1.0.0", "task-1");
    manifests.deploy("1.0.0", "task-1");
    measured("one", image.name(), new Manifests("any", image.name()).labels(), "250m", "64Mi");
    measured("two", image.name(), new Manifests("any", image.name()).labels(), "100m", "128Mi");
    measured("three", manifests.name(), Marks.labels(manifests.name()), "1", "32Mi");

    assertUsed(image, 0.25, 128L << 20);
    assertUsed(manifests, 1, 32L << 20);
  }

  private static void assertUsed(Deployed subject, double processors, long memory) {
    ServiceRuntime runtime = subject.runtime();
    long begun = System.nanoTime();
    Usage first = ok(runtime.usage(subject.target())).orElseThrow();
    Usage next = ok(runtime.usage(subject.target())).orElseThrow();
    long most = System.nanoTime() - begun;

    assertThat(first.memory()).isEqualTo(memory);
    assertThat(next.cpu().minus(first.cpu()).toNanos())
        .isPositive()
        .isLessThanOrEqualTo((long) (processors * (double) most));
  }

  private static void measured(
      String end, String name, Map<String, String> labels, String cpu, String memory) {
    PodMetrics metrics =
        new PodMetricsBuilder()
            .withNewMetadata()
            .withName(name + "-" + end)
            .withNamespace(cluster().namespace())
            .withLabels(labels)
            .endMetadata()
            .withContainers(
                new ContainerMetricsBuilder()
                    .withName("service")
                    .addToUsage("cpu", new Quantity(cpu))
                    .addToUsage("memory", new Quantity(memory))
                    .build())
            .build();
    var _ = cluster().client().resource(metrics).create();
  }
}
