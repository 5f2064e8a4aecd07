package dev.opsagent;

import dev.opsagent.console.Metrics;
import dev.opsagent.execution.OpenTask;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How many tasks stand where, and for how long. Looked at when somebody asks, so that a partition
 * which another worker has taken over is counted there alone.
 */
record TaskGauges(Supplier<List<OpenTask>> open, InstantSource clock) {
  /** A task whose turn has come and whose time has not. */
  private static final String HELD_BACK = "held-back";

  void in(Metrics metrics) {
    standings()
        .forEach(standing -> {
          Map<String, String> tag = Map.of("state", standing);
          metrics.gauge("tasks.open", "Tasks that have not ended", tag, () -> count(standing));
          metrics.gauge(
              "tasks.oldest.seconds",
              "Since the oldest of the open tasks was accepted; 0 if there is none",
              tag,
              () -> oldest(standing).toSeconds());
        });
    metrics.gauge("lanes", "Targets that have a task", this::lanes);
    metrics.gauge("targets.held", "Targets that a doubt holds", this::held);
  }

  private static Stream<String> standings() {
    return Stream.concat(
        Arrays.stream(TaskState.values()).filter(state -> !state.isEnd()).map(Metrics::word),
        Stream.of(HELD_BACK));
  }

  private static String standing(OpenTask task) {
    return task.heldBack() ? HELD_BACK : Metrics.word(task.state());
  }

  private Stream<OpenTask> standing(String where) {
    return open.get().stream().filter(task -> standing(task).equals(where));
  }

  private long count(String where) {
    return standing(where).count();
  }

  private Duration oldest(String where) {
    Instant now = clock.instant();
    return standing(where)
        .map(OpenTask::acceptedAt)
        .min(Comparator.naturalOrder())
        .map(since -> Duration.between(since, now))
        .filter(age -> !age.isNegative())
        .orElse(Duration.ZERO);
  }

  private long lanes() {
    return open.get().stream()
        .filter(task -> !task.state().isEnd())
        .map(OpenTask::target)
        .distinct()
        .count();
  }

  private long held() {
    return open.get().stream().filter(task -> task.state().isEnd()).count();
  }
}
