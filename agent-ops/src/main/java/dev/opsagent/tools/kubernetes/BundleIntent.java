package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What should run for a target by manifests, as its {@link BundleRecord} keeps it: the release, and
 * the one before that can be gone back to.
 *
 * @param target whose objects they are
 * @param current the release
 * @param previous the last release before it that had rolled out
 * @param takenBack digest of the release that a rollback took away
 * @param proved whether the release has rolled out; only then is it kept to be gone back to
 * @param stopped whether it was stopped since
 * @param restartedAt when it was last restarted
 * @param leaving objects of releases before it that may still be there
 * @param adopted objects that somebody else had made, which a task lets be taken over
 */
record BundleIntent(
    String target,
    Bundle current,
    Optional<Bundle> previous,
    Optional<String> takenBack,
    boolean proved,
    boolean stopped,
    Optional<String> restartedAt,
    Set<Named> leaving,
    Set<Named> adopted) {
  BundleIntent {
    leaving = Set.copyOf(leaving);
    adopted = Set.copyOf(adopted);
  }

  /** What is to run first, or in the place of what runs. */
  static BundleIntent next(String target, Bundle bundle, Optional<BundleIntent> now) {
    return now.map(it -> it.next(bundle))
        .orElseGet(() ->
            new BundleIntent(
                target,
                bundle,
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                Optional.empty(),
                Set.of(),
                Set.of()));
  }

  private BundleIntent next(Bundle bundle) {
    Optional<Bundle> before = proved && !current.isSameAs(bundle) ? Optional.of(current) : previous;
    return replacedBy(bundle, before, Optional.empty(), Optional.empty());
  }

  /** The release before; empty when there is none. */
  Optional<BundleIntent> back() {
    return previous.map(before ->
        replacedBy(
            before.withoutJobs(),
            Optional.empty(),
            Optional.of(current.digest()),
            Optional.empty()));
  }

  BundleIntent restarted(String task, String at) {
    return replacedBy(current.by(task).withoutJobs(), previous, takenBack, Optional.of(at));
  }

  private BundleIntent replacedBy(
      Bundle bundle, Optional<Bundle> before, Optional<String> withdrawn, Optional<String> at) {
    Set<Named> left = new TreeSet<>(everything());
    left.removeAll(bundle.names());
    return new BundleIntent(target, bundle, before, withdrawn, false, false, at, left, adopted);
  }

  /**
   * The same, with objects that somebody else had made taken over.
   *
   * @param others as they were, to be gone back to
   */
  BundleIntent adopting(List<HasMetadata> others) {
    Set<Named> taken = others.stream().map(Named::of).collect(Collectors.toSet());
    taken.addAll(adopted);
    Optional<Bundle> before =
        others.isEmpty() ? previous : Optional.of(Bundle.adopted(previous, others));
    return new BundleIntent(
        target, current, before, takenBack, proved, stopped, restartedAt, leaving, taken);
  }

  /** The release has rolled out; only what is no part of it may still be there. */
  BundleIntent asProved() {
    return new BundleIntent(
        target, current, previous, takenBack, true, stopped, restartedAt, leaving, adopted);
  }

  /** Nothing but the release is there any more. */
  BundleIntent rolledOut() {
    return new BundleIntent(
        target, current, previous, takenBack, true, stopped, restartedAt, Set.of(), Set.of());
  }

  BundleIntent asStopped() {
    return new BundleIntent(
        target, current, previous, takenBack, proved, true, restartedAt, leaving, adopted);
  }

  /** All objects that may be there. */
  Set<Named> everything() {
    Set<Named> all = new TreeSet<>(leaving);
    all.addAll(current.names());
    return all;
  }

  /** What keeps pods running that callers reach. */
  Set<Named> serving() {
    return current.names().stream()
        .filter(it -> it.kind().serves())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What makes pods. */
  Set<Named> workloads() {
    return current.names().stream()
        .filter(it -> it.kind().isWorkload())
        .collect(Collectors.toUnmodifiableSet());
  }
}
