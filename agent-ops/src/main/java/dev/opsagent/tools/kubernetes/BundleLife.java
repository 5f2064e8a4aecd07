package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The life of a target that runs by manifests. What is intended is written down before anything of
 * it is applied; each method carries on what a crash after any change left behind.
 */
final class BundleLife implements TargetLife {
  private final String target;
  private final Manifests manifests;
  private final Cluster cluster;
  private final BundleRecord kept;
  private final BundleObjects objects;
  private final BundleRefusals refusals;
  private final BundleStart start;
  private final Rollout rollout;
  private final Printable said;
  private final Timers timers;

  BundleLife(
      String target,
      Manifests manifests,
      Cluster cluster,
      Rollout rollout,
      Printable said,
      Timers timers) {
    this.target = target;
    this.manifests = manifests;
    this.cluster = cluster;
    this.kept = new BundleRecord(target, manifests.name(), manifests.namespace());
    this.objects = new BundleObjects(target, cluster);
    this.refusals = new BundleRefusals(target, cluster);
    this.start = new BundleStart(target, manifests.name(), cluster, kept, rollout, said);
    this.rollout = rollout;
    this.said = said;
    this.timers = timers;
  }

  /** How its pods are found. */
  Map<String, String> labels() {
    return Marks.labels(manifests.name());
  }

  /** Whether anything of the target is known to run, or to have run, by manifests. */
  Answer<Boolean> isKept() {
    return kept.read(cluster).map(Optional::isPresent);
  }

  @Override
  public Answer<Optional<Running>> running() {
    return kept.read(cluster).then(it -> it.map(start::running).orElseGet(BundleLife::none));
  }

  @Override
  public Answer<Running> deploy(Release release) throws IOException {
    return bundle(release).then(it -> deploy(it, false));
  }

  @Override
  public Answer<Running> adopt(Release release) throws IOException {
    return bundle(release).then(it -> deploy(it, true));
  }

  private Answer<Bundle> bundle(Release release) throws IOException {
    return Bundle.of(release, manifests.name(), manifests.namespace())
        .then(refusals::unlessMissing);
  }

  @Override
  public Answer<List<String>> foreign(Release release) throws IOException {
    return bundle(release)
        .then(it -> objects.foreign(it.names()))
        .map(found -> found.stream().map(BundleObjects::managed).map(said::line).toList());
  }

  @Override
  public Answer<List<String>> changes(Release release) throws IOException {
    BundlePreview preview = new BundlePreview(manifests.name(), cluster, objects, said);
    return bundle(release)
        .then(it -> known().then(now -> preview.of(BundleIntent.next(target, it, now))));
  }

  @Override
  public Answer<List<String>> losses(Release release) throws IOException {
    return bundle(release)
        .then(next ->
            kept.read(cluster)
                .then(now ->
                    holders(next, now).map(held -> ManifestLosses.of(held, next.objects()))));
  }

  /** What holds data of the target; a stop keeps those of a StatefulSet, though it goes. */
  private Answer<List<HasMetadata>> holders(Bundle next, Optional<BundleIntent> now) {
    Set<Named> names =
        Stream.concat(next.names().stream(), now.stream().flatMap(it -> it.everything().stream()))
            .filter(it -> it.kind().holdsData())
            .collect(Collectors.toSet());
    List<HasMetadata> stopped =
        now.filter(BundleIntent::stopped).stream()
            .flatMap(it -> it.current().objects().stream())
            .filter(it -> Named.of(it).kind() == ManifestKind.STATEFUL_SET)
            .toList();
    return objects
        .there(names)
        .map(found -> Stream.concat(found.stream(), stopped.stream()).toList());
  }

  @Override
  public Answer<Optional<Running>> rollback(String digest) {
    return kept.read(cluster)
        .then(it -> it.map(intent -> rollback(digest, intent)).orElseGet(BundleLife::none));
  }

  /** What serves is deleted, and kept as it is to be made again; claims stay. */
  @Override
  public Answer<Boolean> stop() {
    return known().then(it -> it.map(this::stop).orElseGet(() -> new Answer.Ok<>(false)));
  }

  private Answer<Boolean> stop(BundleIntent intent) {
    boolean ran = !intent.stopped();
    Answer<Boolean> written = ran ? kept.write(cluster, intent.asStopped()) : new Answer.Ok<>(true);
    List<Named> ending =
        intent.everything().stream().filter(it -> it.kind().endsWithStop()).toList();
    return written
        .then(done -> objects.delete(ending))
        .then(done -> rollout.gone(target))
        .map(done -> ran);
  }

  @Override
  public Answer<Running> restart(String taskId) {
    return known()
        .then(it -> it.map(intent -> restart(taskId, intent)).orElseGet(this::nothingKept));
  }

  private Answer<Running> restart(String taskId, BundleIntent intent) {
    boolean begun = intent.current().taskId().equals(taskId) && !intent.stopped();
    return start.started(begun ? intent : intent.restarted(taskId, timers.now().toString()), false);
  }

  /** Of the newest pod that serves. */
  @Override
  public Answer<String> log() {
    return cluster
        .pods(labels())
        .map(pods ->
            pods.stream()
                .max(
                    Comparator.comparing((Pod pod) -> !Seen.isOfJob(pod))
                        .thenComparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .map(cluster::log)
                .map(raw -> String.join("\n", said.lines(raw)))
                .orElse(""));
  }

  /** Jobs have done their work, whatever becomes of them. */
  @Override
  public Answer<List<Difference>> drift() {
    return kept.read(cluster)
        .then(found ->
            found
                .filter(it -> !it.stopped())
                .map(this::drift)
                .orElseGet(() -> new Answer.Ok<>(List.of())));
  }

  private Answer<List<Difference>> drift(BundleIntent intent) {
    List<HasMetadata> wanted =
        new Marks(manifests.name(), intent)
            .objects().stream().filter(it -> Named.of(it).kind() != ManifestKind.JOB).toList();
    return new ArgoServices(cluster)
        .kept(wanted)
        .then(all -> BundleObjects.each(all, it -> BundleDrift.of(it, cluster, said)))
        .map(all -> all.stream().flatMap(List::stream).toList());
  }

  private static <T> Answer<Optional<T>> none() {
    return new Answer.Ok<>(Optional.empty());
  }

  /** What is intended; that it has rolled out counts, also when nobody lived to write it down. */
  private Answer<Optional<BundleIntent>> known() {
    return kept.read(cluster)
        .then(found ->
            found.isPresent()
                ? start.isUp(found.get()).map(up -> found.map(it -> up ? it.asProved() : it))
                : none());
  }

  private Answer<Running> deploy(Bundle bundle, boolean adopt) {
    return known()
        .then(now -> {
          Optional<BundleIntent> begun =
              now.filter(it -> it.current().isSameAs(bundle) && !it.stopped());
          return refusals
              .unlessLedOtherwise(begun.orElseGet(() -> BundleIntent.next(target, bundle, now)))
              .then(intent -> start.started(intent, adopt));
        });
  }

  private Answer<Optional<Running>> rollback(String digest, BundleIntent intent) {
    boolean done = intent.takenBack().filter(digest::equals).isPresent();
    if (done) {
      return intent.stopped() ? none() : back(intent);
    }
    if (!intent.current().digest().equals(digest)) {
      return start.running(intent);
    }
    return intent.back().map(this::back).orElseGet(() -> remove(intent));
  }

  private Answer<Optional<Running>> back(BundleIntent before) {
    return undone(
        before.serving().isEmpty()
            ? start.broughtUp(before, false)
            : start.started(before, false).map(Optional::of),
        before);
  }

  /** The record goes last: it tells what is to be done. */
  private Answer<Optional<Running>> remove(BundleIntent intent) {
    return objects
        .delete(intent.everything())
        .then(done -> rollout.gone(target))
        .then(done -> kept.delete(cluster))
        .map(done -> Optional.empty());
  }

  private <T> Answer<T> undone(Answer<T> done, BundleIntent before) {
    return switch (done) {
      case Answer.No<T> no when !no.failure().retryable() ->
          new Answer.No<>(
              Failure.of(
                  ReasonCode.UNDO_FAILED,
                  "go back to %s on %s".formatted(before.current().version(), target),
                  no.failure().sentence(),
                  "bring the release before up by hand"));
      case Answer<T> other -> other;
    };
  }

  private Answer<Running> nothingKept() {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "restart " + target,
            "the namespace %s keeps no manifests of it".formatted(manifests.namespace()),
            "deploy a release first"));
  }
}
