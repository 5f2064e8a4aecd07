package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Has the cluster make what is intended for a target by manifests, and tells what runs of it. */
final class BundleStart {
  private final String target;
  private final String name;
  private final Cluster cluster;
  private final BundleRecord kept;
  private final BundleObjects objects;
  private final Rollout rollout;
  private final Printable said;

  /**
   * Made for one question.
   *
   * @param name of the target's service
   */
  BundleStart(
      String target,
      String name,
      Cluster cluster,
      BundleRecord kept,
      Rollout rollout,
      Printable said) {
    this.target = target;
    this.name = name;
    this.cluster = cluster;
    this.kept = kept;
    this.objects = new BundleObjects(target, cluster);
    this.rollout = rollout;
    this.said = said;
  }

  private static <T> Answer<Optional<T>> none() {
    return new Answer.Ok<>(Optional.empty());
  }

  /** What runs of it now; empty when not all of it does. */
  Answer<Optional<Running>> running(BundleIntent intent) {
    return isUp(intent)
        .then(up ->
            up
                ? cluster.pods(Marks.labels(name)).map(pods -> running(intent, pods))
                : undecided(intent));
  }

  /** Nothing, unless a person has to say what becomes of it. */
  private Answer<Optional<Running>> undecided(BundleIntent intent) {
    boolean asked = !intent.stopped() && isOfArgo(intent.workloads());
    return asked
        ? objects
            .there(intent.workloads())
            .then(found ->
                ArgoVerdict.undecidedNow(found, "see what runs of " + target)
                    .map(it -> Failure.of(it.code(), it.action(), said.line(it.cause()), it.fix()))
                    .<Answer<Optional<Running>>>map(Answer.No::new)
                    .orElseGet(BundleStart::none))
        : none();
  }

  /**
   * Whether all of it is available, and nothing of another release is left. Of one that is known to
   * have rolled out, only what callers reach counts: a Job may be gone by then.
   */
  Answer<Boolean> isUp(BundleIntent intent) {
    if (intent.stopped()) {
      return new Answer.Ok<>(false);
    }
    return intent.proved()
        ? isThere(intent, intent.serving())
        : isThere(intent, intent.workloads())
            .then(there ->
                there ? objects.ours(intent.leaving()).map(List::isEmpty) : new Answer.Ok<>(false));
  }

  private Answer<Boolean> isThere(BundleIntent intent, Set<Named> workloads) {
    Marks marks = new Marks(name, intent);
    Answer<List<Pod>> asked =
        isOfArgo(workloads) ? cluster.pods(Marks.labels(name)) : new Answer.Ok<>(List.of());
    return asked.then(pods ->
        objects
            .there(workloads)
            .map(found ->
                found.size() == workloads.size()
                    && found.stream()
                        .allMatch(it ->
                            marks.areOnPodsOf(it)
                                && Seen.isComplete(it)
                                && ArgoState.hasPods(it, pods))));
  }

  private static boolean isOfArgo(Set<Named> workloads) {
    return workloads.stream().anyMatch(it -> it.kind() == ManifestKind.ROLLOUT);
  }

  private Optional<Running> running(BundleIntent intent, List<Pod> all) {
    Marks marks = new Marks(name, intent);
    List<Pod> pods =
        all.stream()
            .filter(
                pod -> !Seen.isOfJob(pod) && Seen.isReady(pod) && marks.areOn(pod.getMetadata()))
            .toList();
    Bundle bundle = intent.current();
    return pods.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Running(
                bundle.version(),
                bundle.digest(),
                bundle.taskId(),
                Seen.identity(pods),
                bundle.port().map(port -> cluster.address(name, port)),
                intent.previous().map(Bundle::version)));
  }

  /**
   * Brings it up.
   *
   * @param adopt whether what somebody else had made is taken over
   */
  Answer<Running> started(BundleIntent intent, boolean adopt) {
    return broughtUp(intent, adopt)
        .then(running ->
            running
                .<Answer<Running>>map(Answer.Ok::new)
                .orElseGet(() -> new Answer.No<>(endedSoon(intent))));
  }

  /**
   * Applies it, and waits until it has rolled out. Nothing is changed before the server would take
   * all of it.
   *
   * @return empty when nothing of it is to run
   */
  Answer<Optional<Running>> broughtUp(BundleIntent wanted, boolean adopt) {
    return objects
        .foreign(wanted.current().names())
        .then(others -> adopted(wanted, others, adopt))
        .then(intent -> {
          return new ArgoServices(cluster)
              .kept(new Marks(name, intent).objects())
              .then(marked ->
                  objects
                      .rehearse(marked, intent.adopted())
                      .then(done -> kept.write(cluster, intent))
                      .then(done -> objects.apply(marked, intent.adopted())))
              .then(done -> rolledOut(intent));
        });
  }

  private Answer<BundleIntent> adopted(
      BundleIntent intent, List<HasMetadata> others, boolean adopt) {
    List<HasMetadata> news =
        others.stream().filter(it -> !intent.adopted().contains(Named.of(it))).toList();
    boolean anothers = news.stream().anyMatch(Marks::areOfAny);
    if (news.isEmpty() || (adopt && !anothers)) {
      return new Answer.Ok<>(
          intent.adopting(news.stream().map(BundleObjects::applicable).toList()));
    }
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CONFLICT,
            "deploy %s to %s".formatted(intent.current().version(), target),
            said.line(
                "this agent did not make for it: "
                    + news.stream().map(BundleObjects::managed).collect(Collectors.joining(", "))),
            anothers
                ? "remove them from the other target's release, or give these other names"
                : "remove them, or deploy with adopt: true, which takes them over"));
  }

  private Answer<Optional<Running>> rolledOut(BundleIntent intent) {
    Marks marks = new Marks(name, intent);
    Bundle bundle = intent.current();
    return rollout
        .done(
            new Rollout.Wanted(
                bundle.version(), target, bundle.timeout(), intent.workloads(), marks::areOn))
        .then(done -> objects.delete(intent.leaving()))
        .then(done -> kept.write(cluster, intent.rolledOut()))
        .then(done -> running(intent));
  }

  private Failure endedSoon(BundleIntent intent) {
    return Failure.of(
        ReasonCode.UNHEALTHY,
        "start " + intent.current().version() + " of " + target,
        "it ended soon after its start",
        "read the service's log");
  }
}
