package dev.opsagent;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.trust.Trust;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.execution.Backoff;
import dev.opsagent.execution.Gate;
import dev.opsagent.execution.Guards;
import dev.opsagent.execution.IndexFill;
import dev.opsagent.execution.Journal;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.KnownTasks;
import dev.opsagent.execution.LedgerFold;
import dev.opsagent.execution.OpenTask;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.PartitionEngine;
import dev.opsagent.execution.PartitionSettings;
import dev.opsagent.execution.PlanAuthority;
import dev.opsagent.execution.Timers;
import dev.opsagent.intake.Delivery;
import dev.opsagent.intake.Intake;
import dev.opsagent.intake.KnownEvents;
import dev.opsagent.kafka.LedgerReader;
import dev.opsagent.kafka.PartitionHost;
import dev.opsagent.protocol.Failure;
import dev.opsagent.redaction.Redactor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the partitions that the group gives to this worker: restore first, then take records. */
final class Partitions implements PartitionHost {
  private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

  /** How long evidence may take to be read before a partition is refused for now. */
  private static final Duration EVIDENCE = Duration.ofSeconds(30);

  private final Parts parts;
  private final Set<PartitionEngine> engines = ConcurrentHashMap.newKeySet();

  /**
   * What every partition's engine is made of.
   *
   * @param owners the map by which plans are judged, and whose digest the audit names
   * @param redactor takes secrets out of the audit
   * @param evidence what the gate decides by
   * @param known opens the index of a partition
   */
  record Parts(
      Map<String, Operation> operations,
      OwnershipMap owners,
      Redactor redactor,
      Gate gate,
      Evidence evidence,
      Intake intake,
      Configuration.Signing signing,
      ContextIncidents strangers,
      IntFunction<KnownTasks> known,
      PartitionSettings settings,
      Timers timers,
      Executor workers,
      Backoff backoff,
      Guards guards,
      Consumer<String> forget,
      PartitionEngine.Progress progress,
      Telemetry telemetry) {
    Parts {
      operations = Map.copyOf(operations);
    }
  }

  /** What the gate decides by. */
  interface Evidence {
    /** Waits until all of it that is there now is known; empty once it is. */
    Optional<Failure> catchUp(Duration atMost);

    /** Calls the listener whenever it may have changed; returns how to call that off. */
    Runnable onChange(Runnable listener);
  }

  Partitions(Parts parts) {
    this.parts = parts;
  }

  @Override
  public Shard open(int partition, Journal journal, LedgerReader ledger, History heard)
      throws Refused, InterruptedException {
    LedgerFold fold = new LedgerFold();
    long end = complete(ledger.read(0, line -> fold.add(line.key(), line.value())));
    Optional<Failure> behind = parts.evidence().catchUp(EVIDENCE);
    if (behind.isPresent()) {
      throw new Refused(behind.get());
    }
    KnownEvents events = events(heard);
    KnownTasks known = parts.known().apply(partition);
    PartitionEngine engine;
    try {
      engine = new PartitionEngine(partition, ports(journal, known), parts.settings());
      engine.restore(fold);
    } catch (RuntimeException e) {
      known.close();
      throw e;
    }
    Thread filling =
        Thread.ofVirtual()
            .name("index-" + partition)
            .start(() -> fill(partition, known, ledger, end, engine));
    engines.add(engine);
    parts.strangers().opened(partition, engine);
    Runnable deaf = parts.evidence().onChange(engine::gatesChanged);
    engine.gatesChanged(); // for what came while it was being opened
    var _ =
        engine
            .ended()
            .thenRun(() -> {
              engines.remove(engine);
              parts.strangers().closed(partition, engine);
              deaf.run();
              close(known, filling);
            });
    return new OpenPartition(engine, parts, events);
  }

  /** What has not ended in the partitions that are open here; may be asked on any thread. */
  List<OpenTask> openTasks() {
    return engines.stream().flatMap(engine -> engine.openTasks().stream()).toList();
  }

  private KnownEvents events(History heard) throws Refused, InterruptedException {
    Duration bound = parts.signing().bound();
    KnownEvents events = new KnownEvents(bound);
    if (parts.signing().required()) {
      Instant begin = parts.timers().now().minus(bound).minus(Trust.AHEAD);
      heard.since(begin, delivery -> parts.intake().remember(delivery, events));
    }
    return events;
  }

  private static long complete(LedgerReader.Restored restored) throws Refused {
    return switch (restored) {
      case LedgerReader.Restored.Complete(long end) -> end;
      case LedgerReader.Restored.Refused(var failure) -> throw new Refused(failure);
    };
  }

  /** The lanes go on meanwhile; orders wait, since nobody could say whether they are known. */
  private static void fill(
      int partition, KnownTasks known, LedgerReader ledger, long end, PartitionEngine engine) {
    try {
      IndexFill fill = new IndexFill(known);
      complete(ledger.read(known.checkpointed(), line -> fill.add(line.key(), line.value())));
      known.checkpoint(end);
      engine.indexed();
    } catch (InterruptedException _) {
      LOG.debug("partition {} was taken away while its index was filled", partition);
    } catch (Refused | RuntimeException e) {
      LOG.error("partition {} stops: its index cannot be filled", partition, e);
      engine.lost();
    }
  }

  private static void close(KnownTasks known, Thread filling) {
    filling.interrupt();
    try {
      filling.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    known.close();
  }

  private PartitionEngine.Ports ports(Journal journal, KnownTasks known) {
    return new PartitionEngine.Ports(
        journal,
        known,
        new RedactedAudit(new AuditChain(Optional.of(parts.owners().digest())), parts.redactor()),
        parts.operations(),
        PlanAuthority.of(parts.owners()),
        parts.gate(),
        parts.timers(),
        parts.workers(),
        parts.backoff(),
        parts.guards(),
        parts.forget(),
        parts.progress(),
        parts.telemetry());
  }

  /** One partition that takes records. */
  private record OpenPartition(PartitionEngine engine, Parts parts, KnownEvents events)
      implements Shard {
    @Override
    public void deliver(Delivery delivery) {
      parts
          .telemetry()
          .read(delivery.input(), Duration.between(delivery.appendedAt(), parts.timers().now()));
      parts.intake().deliver(delivery, engine, events);
    }

    @Override
    public boolean ended() {
      return engine.ended().isDone();
    }

    @Override
    public boolean full(Input input) {
      return engine.full(input);
    }

    @Override
    public void revoke(Duration grace) {
      try {
        engine.close(grace).get(grace.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        engine.lost();
      }
    }

    @Override
    public void lost() {
      engine.lost();
    }
  }
}
