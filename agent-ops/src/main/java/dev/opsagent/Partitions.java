package dev.opsagent;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.execution.Backoff;
import dev.opsagent.execution.EngineListener;
import dev.opsagent.execution.Journal;
import dev.opsagent.execution.KnownTasks;
import dev.opsagent.execution.LedgerFold;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.PartitionEngine;
import dev.opsagent.execution.PartitionSettings;
import dev.opsagent.execution.Timers;
import dev.opsagent.intake.Delivery;
import dev.opsagent.intake.Intake;
import dev.opsagent.kafka.LedgerReader;
import dev.opsagent.kafka.PartitionHost;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Opens the partitions that the group gives to this worker: restore first, then take records. */
final class Partitions implements PartitionHost {
  private final Parts parts;

  /**
   * What every partition's engine is made of.
   *
   * @param known opens the index of a partition
   */
  record Parts(
      Map<String, Operation> operations,
      Intake intake,
      IntFunction<KnownTasks> known,
      PartitionSettings settings,
      Timers timers,
      Executor workers,
      Backoff backoff,
      Consumer<String> forget,
      PartitionEngine.Progress progress,
      EngineListener listener) {
    Parts {
      operations = Map.copyOf(operations);
    }
  }

  Partitions(Parts parts) {
    this.parts = parts;
  }

  @Override
  public Shard open(int partition, Journal journal, LedgerReader ledger)
      throws Refused, InterruptedException {
    KnownTasks known = parts.known().apply(partition);
    try {
      LedgerFold fold = new LedgerFold(known);
      switch (ledger.read(line -> fold.add(line.key(), line.value(), line.offset()))) {
        case LedgerReader.Restored.Complete(long end) -> known.checkpoint(end);
        case LedgerReader.Restored.Refused(var failure) -> throw new Refused(failure);
      }
      PartitionEngine engine =
          new PartitionEngine(partition, ports(journal, known), parts.settings());
      engine.restore(fold);
      var _ = engine.ended().thenRun(known::close);
      return new OpenPartition(engine, parts.intake());
    } catch (Refused | InterruptedException | RuntimeException e) {
      known.close();
      throw e;
    }
  }

  private PartitionEngine.Ports ports(Journal journal, KnownTasks known) {
    return new PartitionEngine.Ports(
        journal,
        known,
        new AuditChain(),
        parts.operations(),
        parts.timers(),
        parts.workers(),
        parts.backoff(),
        parts.forget(),
        parts.progress(),
        parts.listener());
  }

  /** One partition that takes records. */
  private record OpenPartition(PartitionEngine engine, Intake intake) implements Shard {
    @Override
    public void deliver(Delivery delivery) {
      intake.deliver(delivery, engine);
    }

    @Override
    public boolean full() {
      return engine.full();
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
