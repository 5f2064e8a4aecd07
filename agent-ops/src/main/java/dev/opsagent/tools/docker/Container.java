package dev.opsagent.tools.docker;

import dev.opsagent.outside.ServiceRuntime.Allotment;
import java.time.Instant;
import java.util.Optional;

/**
 * A container as the engine tells.
 *
 * @param labels absent: this agent did not make it
 * @param isConfirmed whether it has lived through its first moments: only then does the engine
 *     start it again by itself
 */
record Container(
    String id,
    String name,
    Optional<Labels> labels,
    State state,
    boolean isConfirmed,
    Allowance allowance) {
  /**
   * What it may use, as the engine enforces it; 0: as much as there is.
   *
   * @param memory in bytes
   */
  record Allowance(double cpus, long memory) {}

  /**
   * @param isUp whether it has a process, which may be paused
   * @param isRestarting whether it has ended and the engine is about to start it again
   * @param health in the engine's words; empty when the image says nothing of it
   * @param startedAt in the engine's words: another one after each start
   * @param finishedAt when it ended last; absent: it never did
   * @param isOutOfMemory whether the kernel killed it for the memory it used
   */
  record State(
      boolean isUp,
      boolean isPaused,
      boolean isRestarting,
      String health,
      long exitCode,
      String startedAt,
      Optional<Instant> finishedAt,
      boolean isOutOfMemory) {}

  Allotment allotment() {
    return new Allotment(
        Optional.of(allowance.cpus()).filter(it -> it > 0),
        Optional.of(allowance.memory()).filter(it -> it > 0));
  }

  /** Differs after each start, also when the engine starts it by itself. */
  String identity() {
    return id + "@" + state.startedAt();
  }

  /** Whether it has to be stopped before another takes its port. */
  boolean isAlive() {
    return state.isUp() || state.isPaused() || state.isRestarting();
  }

  /** Whether the release really runs. */
  boolean serves() {
    return state.isUp() && !state.isPaused() && !state.isRestarting() && !isUnhealthy();
  }

  boolean isUnhealthy() {
    return state.health().equals("unhealthy");
  }

  boolean isStarting() {
    return state.health().equals("starting");
  }

  boolean isOf(String target) {
    return labels.filter(it -> it.target().equals(target)).isPresent();
  }

  /**
   * @throws java.util.NoSuchElementException for a container that is not ours
   */
  Recipe recipe() {
    return labels.orElseThrow().recipe();
  }

  boolean replaces() {
    return labels.filter(Labels::replaces).isPresent();
  }

  boolean hasDigest(String digest) {
    return recipe().digest().equals(digest);
  }
}
