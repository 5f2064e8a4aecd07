package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import java.util.List;
import java.util.Optional;

/**
 * A Deployment whose number of pods an autoscaler of this agent says, and that autoscaler. The
 * number goes from the one to the other, and back, without a moment in which nobody says it.
 */
record AutoscaledDeployment(Manifests manifests, Cluster cluster) {
  private static final ManifestKind AUTOSCALER = ManifestKind.HORIZONTAL_POD_AUTOSCALER;

  /**
   * Applies the Deployment of a release.
   *
   * @param live what the Deployment that is there was made of
   */
  Answer<Boolean> applied(Intent intent, Optional<Recipe> live) {
    Deployment wanted = manifests.deployment(intent);
    if (intent.isAutoscaled()) {
      return appliedUnderAutoscaler(wanted);
    }
    return live.flatMap(Recipe::autoscaling).isPresent()
        ? numberTakenBack(intent, wanted)
        : cluster.apply(wanted);
  }

  /**
   * A server sets a number that its only manager leaves out to one, so the number of now is left
   * out only once the autoscaler has changed it.
   */
  private Answer<Boolean> appliedUnderAutoscaler(Deployment wanted) {
    return switch (cluster.apply(wanted)) {
      case Answer.No<Boolean> no when no.failure().code() == ReasonCode.CONFLICT ->
          cluster.apply(withoutNumber(wanted));
      case Answer<Boolean> other -> other;
    };
  }

  /**
   * Forced, since the autoscaler has become the manager of the number; that nothing else would be
   * taken from anybody is asked first. The autoscaler goes first, so that it changes nothing after.
   */
  private Answer<Boolean> numberTakenBack(Intent intent, Deployment wanted) {
    return cluster
        .rehearse(withoutNumber(wanted), false)
        .then(done ->
            intent.recipe().autoscaling().isPresent()
                ? new Answer.Ok<>(true)
                : cluster.delete(AUTOSCALER, manifests.name()))
        .then(done -> cluster.takeOver(wanted));
  }

  private static Deployment withoutNumber(Deployment wanted) {
    return wanted.edit().editSpec().withReplicas(null).endSpec().build();
  }

  /** Applies the autoscaler of a release that has one. */
  Answer<Boolean> made(Intent intent) {
    return intent
        .recipe()
        .autoscaling()
        .map(bounds -> cluster.apply(manifests.autoscaler(intent, bounds)))
        .orElseGet(() -> new Answer.Ok<>(true));
  }

  /** Deletes the autoscaler of a release that has one. */
  Answer<Boolean> removed(Recipe recipe) {
    return recipe.autoscaling().isPresent()
        ? cluster.delete(AUTOSCALER, manifests.name())
        : new Answer.Ok<>(true);
  }

  /** What is otherwise of the autoscaler than the release says. */
  Answer<List<Difference>> drift(Intent intent, Printable said) {
    return intent
        .recipe()
        .autoscaling()
        .map(bounds -> BundleDrift.of(manifests.autoscaler(intent, bounds), cluster, said))
        .orElseGet(() -> new Answer.Ok<>(List.of()));
  }

  /** The bounds as they are; empty when there is none, or it goes by something else. */
  Answer<Optional<Autoscaling>> found() {
    return cluster
        .find(AUTOSCALER, manifests.name())
        .map(found -> found.flatMap(AutoscaledDeployment::bounds));
  }

  private static Optional<Autoscaling> bounds(HasMetadata found) {
    var spec = ((HorizontalPodAutoscaler) found).getSpec();
    List<Integer> shares = spec.getMetrics().stream().flatMap(it -> share(it).stream()).toList();
    int least = Optional.ofNullable(spec.getMinReplicas()).orElse(1);
    return shares.size() == 1 && spec.getMetrics().size() == 1
        ? Optional.of(new Autoscaling(least, spec.getMaxReplicas(), shares.getFirst()))
        : Optional.empty();
  }

  private static Optional<Integer> share(MetricSpec metric) {
    return Optional.ofNullable(metric.getResource())
        .filter(it -> "cpu".equals(it.getName()))
        .flatMap(it -> Optional.ofNullable(it.getTarget().getAverageUtilization()));
  }
}
