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
    long timeoutMillis) {
  Kept {
    environment = Map.copyOf(environment);
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
        release.timeout().toMillis());
  }

  /** The same, once it is known how many services it declares. */
  Kept with(int declared) {
    return new Kept(
        version, digest, taskId, project, file, declared, port, environment, timeoutMillis);
  }

  /** The same release, brought up by another task. */
  Kept by(String task) {
    return new Kept(
        version, digest, task, project, file, services, port, environment, timeoutMillis);
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
