package dev.opsagent.tools.process;

import dev.opsagent.outside.ServiceRuntime.Release;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is kept about a target on disk. Written before a process is started (its entry then has no
 * identity yet) and again once it runs, so that a crash in between is seen.
 *
 * @param current the release that shall run
 * @param leaving what ran until now and has to end before {@code current} starts
 * @param history releases that ran before {@code current}, newest first
 * @param withdrawn digest of the release that a rollback replaced by {@code current}
 */
record ServiceState(
    Entry current, Optional<Entry> leaving, List<Spec> history, Optional<String> withdrawn) {
  private static final int KEPT = 3;

  ServiceState {
    history = history.stream().limit(KEPT).toList();
  }

  /**
   * @param process absent: its start was about to happen when this was written
   * @param failed whether it ended in its first moments, so that nobody goes back to it
   */
  record Entry(Spec spec, Optional<ProcessIdentity> process, boolean failed) {
    static Entry toStart(Spec spec) {
      return new Entry(spec, Optional.empty(), false);
    }

    static Entry running(Spec spec, ProcessIdentity process) {
      return new Entry(spec, Optional.of(process), false);
    }

    Entry failing() {
      return new Entry(spec, process, true);
    }
  }

  /**
   * Everything that is needed to start a release again.
   *
   * @param command argument list, resolved
   * @param timeoutMillis the longest that a start may take
   */
  record Spec(
      String version,
      String digest,
      String taskId,
      List<String> command,
      Optional<Integer> port,
      Map<String, String> environment,
      long timeoutMillis) {
    Spec {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    static Spec of(Release release, List<String> command) {
      return new Spec(
          release.version(),
          release.digest(),
          release.taskId(),
          command,
          release.port(),
          release.environment(),
          release.timeout().toMillis());
    }

    /** The same release, run by another task. */
    Spec by(String task) {
      return new Spec(version, digest, task, command, port, environment, timeoutMillis);
    }

    /** The same release on another port. */
    Spec on(int other) {
      return new Spec(
          version, digest, taskId, command, Optional.of(other), environment, timeoutMillis);
    }

    boolean isOf(Release release) {
      return digest.equals(release.digest()) && taskId.equals(release.taskId());
    }

    boolean isSameAs(Spec other) {
      return digest.equals(other.digest) && taskId.equals(other.taskId);
    }

    Optional<String> address() {
      return port.map(number -> "http://127.0.0.1:" + number);
    }

    Duration timeout() {
      return Duration.ofMillis(timeoutMillis);
    }
  }

  /** Whether a start was begun and its end never written down. */
  boolean isUnfinished() {
    return current.process().isEmpty() && !current.failed();
  }

  /** The state in which the release replaces whatever stands. */
  static ServiceState deploying(Spec next, Optional<ServiceState> now, Optional<Entry> live) {
    List<Spec> before = now.map(state -> state.startable(live)).orElse(List.of());
    return new ServiceState(
        Entry.toStart(next),
        live.or(() -> now.flatMap(ServiceState::last)),
        before.stream().filter(spec -> !spec.isSameAs(next)).toList(),
        Optional.empty());
  }

  /** The state in which the release before replaces the current one. */
  ServiceState withdrawing(Spec previous, Entry withdrawn) {
    return new ServiceState(
        Entry.toStart(previous),
        Optional.of(withdrawn),
        history.subList(1, history.size()),
        Optional.of(withdrawn.spec().digest()));
  }

  /** The state in which what lives is about to end, and can be started again. */
  ServiceState stopping(Entry live) {
    return new ServiceState(
        live, Optional.empty(), startableBut(live, live.spec()), withdrawnUnder(live));
  }

  /** The state in which another task starts again what lives, or else what was to run. */
  ServiceState restarting(String taskId, Optional<Entry> live) {
    Entry again = live.orElse(current);
    Spec next = again.spec().by(taskId);
    return new ServiceState(
        Entry.toStart(next), live.or(this::last), startableBut(again, next), withdrawnUnder(again));
  }

  ServiceState started(Entry entry) {
    return new ServiceState(entry, Optional.empty(), history, withdrawn);
  }

  /** The release that ran before this one and can be started again. */
  Optional<Spec> before(Entry entry) {
    return releases()
        .dropWhile(spec -> !spec.isSameAs(entry.spec()))
        .dropWhile(spec -> spec.isSameAs(entry.spec()))
        .findFirst();
  }

  /** Current and earlier releases, newest first. */
  Stream<Spec> releases() {
    return Stream.concat(Stream.of(current.spec()), history.stream());
  }

  /** What may have left something behind, dead or alive. */
  private Optional<Entry> last() {
    return isUnfinished() ? leaving : Optional.of(current);
  }

  private List<Spec> startable(Optional<Entry> live) {
    List<Spec> specs = new ArrayList<>(history);
    if (hasServed(live)) {
      specs.addFirst(current.spec());
    }
    return specs;
  }

  private List<Spec> startableBut(Entry entry, Spec next) {
    return startable(Optional.of(entry)).stream()
        .filter(spec -> !spec.isSameAs(entry.spec()) && !spec.isSameAs(next))
        .toList();
  }

  /** Whether a rollback is still what brought it: not when its own release was to be withdrawn. */
  private Optional<String> withdrawnUnder(Entry entry) {
    return withdrawn.filter(digest -> entry.spec().isSameAs(current.spec()));
  }

  private boolean hasServed(Optional<Entry> live) {
    boolean lives = live.filter(entry -> entry.spec().isSameAs(current.spec())).isPresent();
    boolean restored = withdrawn.isPresent();
    return lives || restored || (!isUnfinished() && !current.failed());
  }
}
