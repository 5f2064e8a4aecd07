package dev.opsagent;

import dev.opsagent.console.Metrics;
import dev.opsagent.execution.EngineListener;
import dev.opsagent.execution.Journal;
import dev.opsagent.kafka.BusListener;
import dev.opsagent.kafka.RefusalNotices;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
  private final AtomicInteger partitions = new AtomicInteger();
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong journalsLost = new AtomicLong();
  private final Map<Integer, Integer> tasks = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> lanes = new ConcurrentHashMap<>();
  private final Map<String, Long> lag = new ConcurrentHashMap<>();
  private final Map<Integer, String> refusals = new ConcurrentHashMap<>();

  Telemetry(Metrics metrics, RefusalNotices notices) {
    this.metrics = metrics;
    this.notices = notices;
    metrics.gauge("partitions", "Partitions that this worker owns", partitions::get);
    metrics.gauge("tasks.open", "Tasks that have not ended", () -> sum(tasks));
    metrics.gauge("lanes", "Targets that have a task", () -> sum(lanes));
    metrics.gauge("lag.records", "Input records that wait to be read", () -> sum(lag));
    metrics.counter("commits", "Transactions that were committed", commits::get);
    metrics.counter("entries", "Journal entries that were committed", entries::get);
    metrics.counter("journals.lost", "Times a partition had to be restored", journalsLost::get);
  }

  /** Why partitions are not served, one sentence each. */
  List<String> refusals() {
    return List.copyOf(new TreeMap<>(refusals).values());
  }

  private static Number sum(Map<?, ? extends Number> figures) {
    return figures.values().stream().mapToLong(Number::longValue).sum();
  }

  @Override
  public void taskEnded(
      String operation, TaskState state, Optional<ReasonCode> reason, Duration took) {
    metrics.taskEnded(operation, state, reason);
  }

  @Override
  public void stepEnded(String operation, String step, Outcome outcome, Duration took) {
    metrics.stepEnded(operation, step, outcome, took);
  }

  @Override
  public void inFlight(int partition, int open, int held) {
    tasks.put(partition, open);
    lanes.put(partition, held);
  }

  @Override
  public void assigned(int count) {
    partitions.set(count);
  }

  @Override
  public void opened(int partition, Duration took) {
    refusals.remove(partition);
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
    tasks.remove(partition);
    lanes.remove(partition);
    LOG.warn("partition {} is restored: {}", partition, why);
  }

  @Override
  public void lag(int partition, Journal.Input input, long records) {
    lag.put(input + "-" + partition, records);
  }

  @Override
  public void rewound(int partition, Journal.Input input) {
    LOG.error(
        "{} of partition {} is read from its beginning: its position is gone", input, partition);
  }

  @Override
  public void pollFailed(Failure why) {
    LOG.warn("{}", why.sentence());
  }
}
