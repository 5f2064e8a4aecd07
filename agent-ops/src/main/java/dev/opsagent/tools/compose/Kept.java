package dev.opsagent.tools.compose;

import dev.opsagent.outside.ServiceRuntime.Release;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A release that can be brought up again.
 *
 * @param project name of the Compose project
 * @param file the compose file, relative to the release's folder
 * @param services how many services the file declares
 * @param replicas how many containers each of them has; absent: kept before that was known, and one
 */
record Kept(
    String version,
    String digest,
    String taskId,
    String project,
    String file,
    int services,
    Optional<Integer> port,
    Map<String, String> environment,
    long timeoutMillis,
    Optional<Map<String, Integer>> replicas) {
  Kept {
    environment = Map.copyOf(environment);
    replicas = replicas.map(Map::copyOf);
  }

  static Kept of(Release release, String project, String file) {
    return new Kept(
        release.version(),
        release.digest(),
        release.taskId(),
        project,
        file,
        0,
        release.port(),
        release.environment(),
        release.timeout().toMillis(),
        Optional.empty());
  }

  /** The same, once it is known how many containers each of its services has. */
  Kept with(Map<String, Integer> counts) {
    return with(taskId, counts.size(), Optional.of(counts));
  }

  /** The same with so many containers of a service. */
  Kept scaled(String service, int count) {
    Map<String, Integer> counts = new HashMap<>(replicas.orElse(Map.of()));
    counts.put(service, count);
    return with(taskId, services, Optional.of(counts));
  }

  /** The same; how many containers its services have was not written down once. */
  Kept knowing(Map<String, Integer> counts) {
    return replicas.isPresent() ? this : with(counts);
  }

  int replicas(String service) {
    return replicas.map(it -> it.get(service)).orElse(1);
  }

  private Kept with(String task, int declared, Optional<Map<String, Integer>> counts) {
    return new Kept(
        version, digest, task, project, file, declared, port, environment, timeoutMillis, counts);
  }

  /** The same release, brought up by another task. */
  Kept by(String task) {
    return with(task, services, replicas);
  }

  boolean isSameAs(Kept other) {
    return isOf(other.digest, other.taskId);
  }

  boolean isOf(String digest, String taskId) {
    return this.digest.equals(digest) && this.taskId.equals(taskId);
  }

  Optional<String> address() {
    return port.map(number -> "http://127.0.0.1:" + number);
  }

  /** What its containers are started with. */
  Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(environment);
    port.ifPresent(number -> settings.put("PORT", number.toString()));
    return settings;
  }

  Duration timeout() {
    return Duration.ofMillis(timeoutMillis);
  }

  /**
   * What can be gone back to on a target. What runs is never read from here but from the engine.
   *
   * @param current the release that was brought up last
   * @param isUp whether it came up
   * @param leaving the release that it replaces, until it is up
   * @param history earlier releases that were up, newest first
   * @param withdrawn digest of the release that a rollback replaced by {@code current}
   */
  record State(
      Kept current,
      boolean isUp,
      Optional<Kept> leaving,
      List<Kept> history,
      Optional<String> withdrawn) {
    private static final int KEPT = 3;

    State {
      history = history.stream().limit(KEPT).toList();
    }

    static State deploying(Kept next, Optional<State> now) {
      List<Kept> before = now.map(State::startable).orElse(List.of());
      return new State(
          next,
          false,
          now.flatMap(State::last),
          before.stream().filter(kept -> !kept.isSameAs(next)).toList(),
          Optional.empty());
    }

    State withdrawing() {
      return new State(
          history.getFirst(),
          false,
          Optional.of(current),
          history.subList(1, history.size()),
          Optional.of(current.digest()));
    }

    /** The state in which what runs is about to be stopped, and can be brought up again. */
    State stopping(Kept running) {
      return new State(
          running, true, Optional.empty(), startableBut(running, running), withdrawnUnder(running));
    }

    /** The state in which another task brings a release up again that is up, or was to be. */
    State restarting(Kept again, Kept next) {
      return new State(next, false, last(), startableBut(again, next), withdrawnUnder(again));
    }

    /** Whichever of the kept releases has this digest and task. */
    Optional<Kept> find(String digest, String taskId) {
      return Stream.concat(leaving.stream(), releases())
          .filter(kept -> kept.isOf(digest, taskId))
          .findFirst();
    }

    /** The state in which there are to be more or fewer containers of what was brought up last. */
    State scaling(Kept scaled) {
      return new State(scaled, isUp, leaving, history, withdrawn);
    }

    State up() {
      return new State(current, true, Optional.empty(), history, withdrawn);
    }

    Stream<Kept> releases() {
      return Stream.concat(Stream.of(current), history.stream());
    }

    /** The release before the one that has this digest and task. */
    Optional<Kept> before(String digest, String taskId) {
      return releases()
          .dropWhile(kept -> !kept.isOf(digest, taskId))
          .dropWhile(kept -> kept.isOf(digest, taskId))
          .findFirst();
    }

    private Optional<Kept> last() {
      return isUp ? Optional.of(current) : leaving.or(() -> Optional.of(current));
    }

    private List<Kept> startableBut(Kept one, Kept other) {
      return startable().stream()
          .filter(kept -> !kept.isSameAs(one) && !kept.isSameAs(other))
          .toList();
    }

    /** Whether a rollback is still what brought it: not when it was itself to be withdrawn. */
    private Optional<String> withdrawnUnder(Kept kept) {
      return withdrawn.filter(digest -> kept.isSameAs(current));
    }

    private List<Kept> startable() {
      return isUp || withdrawn.isPresent() ? releases().toList() : history;
    }
  }
}
