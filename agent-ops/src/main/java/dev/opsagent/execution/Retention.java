package dev.opsagent.execution;

import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.KnownTasks.Batch;
import dev.opsagent.execution.PartitionEngine.Ports;
import dev.opsagent.execution.Timers.Scheduled;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Lets ended tasks leave the ledger after a time; the index knows them for longer. Cancels whose
 * task never came go the same way.
 */
final class Retention {
  private static final int BATCH = 500;
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Ports ports;
  private final PartitionSettings settings;
  private final PartitionEngine engine;
  private final EntryWriter writer;
  private final Commits commits;
  private Optional<Scheduled> next = Optional.empty();

  Retention(
      Ports ports,
      PartitionSettings settings,
      PartitionEngine engine,
      EntryWriter writer,
      Commits commits) {
    this.ports = ports;
    this.settings = settings;
    this.engine = engine;
    this.writer = writer;
    this.commits = commits;
  }

  void begin() {
    engine.turn(() -> again(PAUSE));
  }

  void end() {
    next.ifPresent(Scheduled::cancel);
  }

  private void again(Duration pause) {
    next = Optional.of(ports.timers().schedule(pause, () -> engine.turn(this::sweep)));
  }

  private void sweep() {
    Instant before = ports.timers().now().minus(settings.ledgerRetention());
    Batch batch = ports.known().oldest(before, BATCH);
    Entry removal = writer.removal(batch.taskIds(), before);
    if (removal.records().isEmpty()) {
      again(PAUSE);
      return;
    }
    commits.append(
        removal,
        () -> {
          ports.known().removed(batch);
          again(batch.taskIds().size() == BATCH ? Duration.ZERO : PAUSE);
        });
  }
}
