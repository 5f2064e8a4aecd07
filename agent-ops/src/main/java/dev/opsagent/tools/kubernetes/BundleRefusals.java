package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;

/** Why manifests are not deployed to a cluster, before anything of it is changed. */
record BundleRefusals(String target, Cluster cluster) {
  /** The same, where the cluster has all of its kinds. */
  Answer<Bundle> unlessMissing(Bundle bundle) {
    return BundleObjects.each(bundle.additions(), this::has).map(all -> bundle);
  }

  private Answer<Boolean> has(ManifestKind kind) {
    return cluster
        .has(kind)
        .then(has ->
            has
                ? new Answer.Ok<>(true)
                : refused(
                    "deploy to " + target,
                    "the cluster has no kind %s of %s: %s is not installed"
                        .formatted(kind.kind(), kind.apiVersion(), kind.addition().orElse("it")),
                    "have the cluster's operator install it, or deploy a Deployment"));
  }

  /** The same, where Rollouts lead the Services that they led in the release before. */
  Answer<BundleIntent> unlessLedOtherwise(BundleIntent intent) {
    return intent
        .previous()
        .flatMap(intent.current()::ledOtherwiseThan)
        .<Answer<BundleIntent>>map(service ->
            refused(
                "deploy %s to %s".formatted(intent.current().version(), target),
                ("a Rollout leads the Service %s in this release or in the one before, and not in"
                        + " both, so that neither could be gone back to")
                    .formatted(service),
                "give the Services that a Rollout leads names of their own"))
        .orElseGet(() -> new Answer.Ok<>(intent));
  }

  private static <T> Answer<T> refused(String action, String cause, String fix) {
    return new Answer.No<>(Failure.of(ReasonCode.PRECONDITION_FAILED, action, cause, fix));
  }
}
