package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.tools.kubernetes.Cluster.Use;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the processor time of a target, of which a cluster tells no more than how much is used at
 * the time. The pod that uses most counts, since limits are a pod's.
 */
final class PodMeter {
  private final Timers timers;
  private final Map<String, Counted> targets = new ConcurrentHashMap<>();

  private record Counted(long nanos, Duration cpu) {
    Counted then(long now, double processors) {
      return new Counted(now, cpu.plusNanos((long) (processors * (double) (now - nanos))));
    }
  }

  PodMeter(Timers timers) {
    this.timers = timers;
  }

  /** What has been used since it was asked first; empty when nobody measures. */
  Optional<Usage> usage(String target, List<Use> pods) {
    return pods.stream()
        .max(Comparator.comparingDouble(Use::processors))
        .map(busiest -> new Usage(count(target, busiest.processors()), most(pods)));
  }

  private static long most(List<Use> pods) {
    return pods.stream().mapToLong(Use::memory).max().orElse(0);
  }

  private Duration count(String target, double processors) {
    long now = timers.nanoTime();
    return targets
        .merge(
            target,
            new Counted(now, Duration.ZERO),
            (before, first) -> before.then(now, processors))
        .cpu();
  }
}
