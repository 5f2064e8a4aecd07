package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.PerTargetRuntime;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Runs services in the namespace of the target's environment: an image as a Deployment, with a
 * Service when the release has a port and an autoscaler when it follows its load, all of the name
 * of the target's service; or the manifests of a repository. No file is kept: what is intended, and
 * what can be gone back to, stands on the Deployment, or in a ConfigMap of this agent's own.
 *
 * <ul>
 *   <li>All is written by server-side apply under the field manager {@code ops-agent}, and never
 *       forced: what somebody else manages is a {@code CONFLICT} that names the manager and field.
 *       Only the number of pods is taken back from an autoscaler of this agent's own.
 *   <li>Only images that are named by their digest are run; the cluster pulls them.
 *   <li>Of an image, the pods of the release before end before those of the next begin, or one by
 *       one as those become available, as is asked for; of manifests, as they say.
 *   <li>A rollback applies the objects of the release before, so that what is intended and what
 *       runs never differ.
 * </ul>
 *
 * <p>What this agent did not make for the target is never touched, unless a task adopts it.
 */
public final class KubernetesRuntime extends PerTargetRuntime<TargetOnCluster> {
  private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  private final Cluster.Door door;
  private final Printable said;
  private final Rollout.Limits limits;
  private final Timers timers;
  private final PodMeter meter;

  /**
   * @param clusters where the cluster of an environment is, by the environment's name; empty when
   *     it has none
   * @param environment of this process: tells a worker in a cluster where its API server is
   * @param mask hides secrets in what clusters and services say
   */
  public KubernetesRuntime(
      Function<String, Optional<Environment.Cluster>> clusters,
      Map<String, String> environment,
      UnaryOperator<String> mask,
      Timers timers) {
    this(new ApiDoor(clusters, environment), mask, Rollout.Limits.USUAL, timers);
  }

  KubernetesRuntime(
      Cluster.Door door, UnaryOperator<String> mask, Rollout.Limits limits, Timers timers) {
    super("remove the target's Deployment by hand");
    this.door = door;
    this.said = Printable.log(mask);
    this.limits = limits;
    this.timers = timers;
    this.meter = new PodMeter(timers);
  }

  @Override
  public String kind() {
    return "kubernetes";
  }

  @Override
  public Set<Strategy> strategies() {
    return Set.of(Strategy.RECREATE, Strategy.ROLLING);
  }

  @Override
  public boolean replicates() {
    return true;
  }

  /** The cluster tries each pod itself, by its readiness. */
  @Override
  public Answer<Running> roll(String target, Release release, Trial trial) {
    String action = "deploy " + release.version() + " pod by pod to " + target;
    return ask(target, action, life -> life.roll(release));
  }

  @Override
  public Answer<Running> scale(String target, int replicas, Trial trial) {
    String action = "run %d replicas of %s".formatted(replicas, target);
    return ask(target, action, life -> life.scale(replicas));
  }

  @Override
  public boolean autoscales() {
    return true;
  }

  @Override
  public Answer<Optional<Autoscaling>> autoscaling(String target) {
    return ask(target, "see how " + target + " is scaled", TargetOnCluster::autoscaling);
  }

  @Override
  protected <T> Answer<T> on(String target, Question<TargetOnCluster, T> question)
      throws IOException, InterruptedException {
    String name = target.substring(target.indexOf('/') + 1);
    return NAME.matcher(name).matches()
        ? opened(target, name, question)
        : new Answer.No<>(
            Failure.of(
                ReasonCode.INVALID_PARAMETERS,
                "find the objects of " + target,
                "a cluster has no objects of the name " + name,
                "name the service with small letters, digits and dashes, a letter first"));
  }

  private <T> Answer<T> opened(String target, String name, Question<TargetOnCluster, T> question)
      throws IOException, InterruptedException {
    return switch (door.open(target)) {
      case Answer.No<Cluster> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Cluster> ok -> {
        try (Cluster cluster = ok.value()) {
          yield question.of(life(target, new Manifests(cluster.namespace(), name), cluster));
        }
      }
    };
  }

  private TargetOnCluster life(String target, Manifests manifests, Cluster cluster) {
    Rollout ofImage = rollout(EnumSet.of(ManifestKind.DEPLOYMENT), manifests.labels(), cluster);
    Rollout ofManifests =
        rollout(ManifestKind.workloads(), Marks.labels(manifests.name()), cluster);
    return new TargetOnCluster(
        target,
        new Workload(target, manifests, cluster, ofImage, said, timers),
        new BundleLife(target, manifests, cluster, ofManifests, said, timers),
        cluster,
        meter);
  }

  private Rollout rollout(Set<ManifestKind> kinds, Map<String, String> labels, Cluster cluster) {
    return new Rollout(kinds, labels, cluster, said, limits, timers);
  }
}
