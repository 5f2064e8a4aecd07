package dev.opsagent;

import dev.opsagent.console.Metrics;
import dev.opsagent.execution.EngineListener;
import dev.opsagent.execution.Journal;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.kafka.BusListener;
import dev.opsagent.kafka.RefusalNotices;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what engine and bus tell into metrics, and into the reasons of a worker that is not ready.
 */
final class Telemetry implements EngineListener, BusListener {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private final Metrics metrics;
  private final RefusalNotices notices;
  private final int partitions;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong journalsLost = new AtomicLong();
  private final AtomicLong letters = new AtomicLong();
  private final Map<Trigger, AtomicLong> escalations = new EnumMap<>(Trigger.class);
  private final Map<Waiting, Long> lag = new ConcurrentHashMap<>();
  private final Map<Integer, String> refusals = new ConcurrentHashMap<>();
  private final Set<Integer> open = ConcurrentHashMap.newKeySet();
  private volatile Set<Integer> owned = Set.of();

  /** Where records wait. */
  private record Waiting(int partition, Journal.Input input) {}

  /**
   * @param partitions of the fleet, whoever owns them
   */
  Telemetry(Metrics metrics, RefusalNotices notices, int partitions) {
    this.metrics = metrics;
    this.notices = notices;
    this.partitions = partitions;
    metrics.gauge("partitions.all", "Partitions of the fleet, whoever owns them", () -> partitions);
    metrics.gauge("partitions", "Partitions that this worker owns", () -> owned.size());
    metrics.gauge("partitions.open", "Owned partitions that take records", open::size);
    metrics.gauge("partitions.refused", "Partitions that cannot be opened", refusals::size);
    metrics.gauge("lag.records", "Input records that wait to be read", this::lag);
    metrics.counter("commits", "Transactions that were committed", commits::get);
    metrics.counter("entries", "Journal entries that were committed", entries::get);
    metrics.counter("journals.lost", "Times a partition had to be restored", journalsLost::get);
    metrics.counter("dead.letters", "Messages that nobody could read", letters::get);
    for (Trigger trigger : Trigger.values()) {
      AtomicLong told = new AtomicLong();
      escalations.put(trigger, told);
      metrics.counter(
          "escalations",
          "Escalations that were opened, or told again with what was added",
          Map.of("trigger", Metrics.word(trigger)),
          told::get);
    }
  }

  /** Why partitions are not served, one sentence each. */
  List<String> refusals() {
    return List.copyOf(new TreeMap<>(refusals).values());
  }

  private long lag() {
    return lag.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void taskEnded(
      String operation, TaskState state, Optional<ReasonCode> reason, Duration took) {
    metrics.taskEnded(operation, state, reason, took);
  }

  @Override
  public void stepEnded(String operation, String step, Outcome outcome, Duration took) {
    metrics.stepEnded(operation, step, outcome, took);
  }

  @Override
  public void recorded(JournalRecord written) {
    switch (written) {
      case JournalRecord.Escalated(var escalation) -> told(escalation.trigger());
      case JournalRecord.DeadLetter _ -> letters.incrementAndGet();
      case JournalRecord.Ledger _,
          JournalRecord.Status _,
          JournalRecord.Audited _,
          JournalRecord.Learned _,
          JournalRecord.Deployed _,
          JournalRecord.Forwarded _ -> {}
    }
  }

  private void told(Trigger trigger) {
    Optional.ofNullable(escalations.get(trigger)).ifPresent(AtomicLong::incrementAndGet);
  }

  /** What is another worker's now, that one tells; what is nobody's, everybody does. */
  @Override
  public void assigned(Set<Integer> numbers) {
    owned = numbers;
    open.retainAll(numbers);
    refusals.keySet().removeIf(number -> number < partitions && !numbers.contains(number));
    lag.keySet().removeIf(waiting -> !numbers.contains(waiting.partition()));
  }

  /** A message was read that lay on the broker for so long, by two clocks. */
  void read(Journal.Input input, Duration lay) {
    metrics.read(Metrics.word(input), lay.isNegative() ? Duration.ZERO : lay);
  }

  @Override
  public void opened(int partition, Duration took) {
    refusals.remove(partition);
    open.add(partition);
    metrics.restored(took);
    LOG.info("partition {} is open after {} ms", partition, took.toMillis());
  }

  @Override
  public void refused(int partition, Failure why) {
    refusals.put(partition, "partition " + partition + ": " + why.sentence());
    LOG.error("partition {} is not served: {}", partition, why.sentence());
  }

  @Override
  public void unserved(int partition, Failure why) {
    notices.open(partition, why);
    told(Trigger.OUTAGE);
  }

  @Override
  public void served(int partition) {
    notices.resolve(partition);
  }

  @Override
  public void committed(int partition, int count, Duration latency) {
    commits.incrementAndGet();
    entries.addAndGet(count);
    metrics.committed(latency);
  }

  @Override
  public void journalLost(int partition, String why) {
    journalsLost.incrementAndGet();
    open.remove(partition);
    LOG.warn("partition {} is restored: {}", partition, why);
  }

  @Override
  public void lag(int partition, Journal.Input input, long records) {
    lag.put(new Waiting(partition, input), records);
  }

  @Override
  public void rewound(int partition, Journal.Input input) {
    LOG.error(
        "{} of partition {} is read from its beginning: its position is gone", input, partition);
  }

  @Override
  public void endedHanging(int partition, String where) {
    LOG.warn(
        "an aborted transaction of partition {} was still open in {}, and is ended",
        partition,
        where);
  }

  @Override
  public void pollFailed(Failure why) {
    LOG.warn("{}", why.sentence());
  }
}
