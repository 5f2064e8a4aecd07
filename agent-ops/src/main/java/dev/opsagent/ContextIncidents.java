package dev.opsagent;

import dev.opsagent.authority.trust.Admission;
import dev.opsagent.execution.Barred;
import dev.opsagent.execution.PartitionEngine;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.RecordPosition;
import dev.opsagent.protocol.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evidence that does not count. Every worker reads all of {@code agents.context}; the one that owns
 * the partition of {@code pm.tasks} with the number of the evidence's partition speaks of it. What
 * was seen while nobody owned that is kept for a while.
 */
final class ContextIncidents {
  private static final Logger LOG = LoggerFactory.getLogger(ContextIncidents.class);
  private static final int MOST = 1000;

  private final int partitions;
  private final Target worker;
  private final Map<Integer, PartitionEngine> owned = new HashMap<>();
  private final Deque<Seen> seen = new ArrayDeque<>();

  private record Seen(int owner, Barred barred, String topicPartition, long offset) {
    void tell(PartitionEngine engine) {
      engine.bar(barred, topicPartition, offset);
    }
  }

  /**
   * @param partitions of {@code pm.tasks}
   * @param worker the target that is named where the evidence names no environment
   */
  ContextIncidents(int partitions, Target worker) {
    this.partitions = partitions;
    this.worker = worker;
  }

  /** Whether the evidence counts; when it does not, somebody is told of it. */
  synchronized boolean counts(Admission admission, Incoming incoming, RecordPosition place) {
    if (!(admission instanceof Admission.Refused refused)) {
      return true;
    }
    LOG.warn("{} does not count: {}: {}", place, refused.code(), refused.detail());
    Barred barred =
        new Barred(
            refused.code(),
            refused.detail(),
            incoming.source(),
            target(incoming),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Seen one =
        new Seen(
            place.partition() % partitions,
            barred,
            place.topic() + "/" + place.partition(),
            place.offset());
    if (seen.size() == MOST) {
      seen.removeFirst();
    }
    seen.add(one);
    Optional.ofNullable(owned.get(one.owner())).ifPresent(one::tell);
    return false;
  }

  private Target target(Incoming incoming) {
    return incoming.message() instanceof Evidence evidence
        ? evidence
            .subject()
            .environment()
            .map(it -> new Target(it, worker.service()))
            .orElse(worker)
        : worker;
  }

  synchronized void opened(int partition, PartitionEngine engine) {
    owned.put(partition, engine);
    seen.stream().filter(it -> it.owner() == partition).forEach(it -> it.tell(engine));
  }

  synchronized void closed(int partition, PartitionEngine engine) {
    owned.remove(partition, engine);
  }
}
