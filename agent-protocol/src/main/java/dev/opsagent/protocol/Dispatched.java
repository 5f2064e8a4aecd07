package dev.opsagent.protocol;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Remembers where the reports ended before each order was sent, so that its answer is looked for
 * after that, and an older answer to the same id is not taken for it.
 */
final class Dispatched {
  private static final int REMEMBERED = 10_000;
  private static final Duration FRESH = Duration.ofSeconds(30);

  private final Supplier<Map<TopicPartition, Long>> ends;
  private final Map<String, Map<TopicPartition, Long>> since = new LinkedHashMap<>();
  private Map<TopicPartition, Long> latest = Map.of();
  private long lookedUp;

  Dispatched(Supplier<Map<TopicPartition, Long>> ends) {
    this.ends = ends;
  }

  /** Called before the order is sent. One look-up serves the orders of the next seconds. */
  synchronized void note(String taskId) {
    boolean stale = System.nanoTime() - lookedUp > FRESH.toNanos();
    if (latest.isEmpty() || stale || since.containsKey(taskId)) {
      latest = ends.get();
      lookedUp = System.nanoTime();
    }
    since.remove(taskId);
    since.put(taskId, latest);
    if (since.size() > REMEMBERED) {
      since.remove(since.keySet().iterator().next());
    }
  }

  /** Where to look for reports of a task; absent when this client did not dispatch it. */
  synchronized Optional<Map<TopicPartition, Long>> since(String taskId) {
    return Optional.ofNullable(since.get(taskId));
  }
}
