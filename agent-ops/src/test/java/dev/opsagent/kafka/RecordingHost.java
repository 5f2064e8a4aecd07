package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.Journal.Appended;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.intake.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Restores, writes every record it gets to the ledger, and remembers what happened. */
final class RecordingHost implements PartitionHost {
  final Map<Integer, RecordingShard> shards = new ConcurrentHashMap<>();
  final List<String> committed = new CopyOnWriteArrayList<>();
  final Set<Input> full = ConcurrentHashMap.newKeySet();

  @Override
  public Shard open(int partition, Journal journal, LedgerReader ledger, History heard)
      throws Refused, InterruptedException {
    List<String> restored = new ArrayList<>();
    switch (ledger.read(0, line -> restored.add(line.key()))) {
      case LedgerReader.Restored.Complete _ -> {}
      case LedgerReader.Restored.Refused(var failure) -> throw new Refused(failure);
    }
    RecordingShard shard = new RecordingShard(journal, List.copyOf(restored));
    shards.put(partition, shard);
    return shard;
  }

  /** The shard that the partition had last. */
  RecordingShard shard(int partition) {
    return Objects.requireNonNull(shards.get(partition));
  }

  final class RecordingShard implements Shard {
    final Journal journal;
    final List<String> restored;
    final List<String> delivered = new CopyOnWriteArrayList<>();
    volatile boolean revoked;
    volatile boolean lost;

    RecordingShard(Journal journal, List<String> restored) {
      this.journal = journal;
      this.restored = restored;
    }

    @Override
    public void deliver(Delivery delivery) {
      String value = delivery.value().map(TestBus::text).orElse("");
      delivered.add(delivery.input() + " " + value);
      Entry entry =
          new Entry(
              List.of(new JournalRecord.Ledger(value, Optional.of(Map.of()))),
              Optional.of(new Consumed(delivery.input(), delivery.offset())));
      journal.append(entry, outcome -> answered(value, outcome));
    }

    private void answered(String value, Appended outcome) {
      if (outcome == Appended.COMMITTED) {
        committed.add(value);
      }
    }

    @Override
    public boolean ended() {
      return lost;
    }

    @Override
    public boolean full(Input input) {
      return full.contains(input);
    }

    @Override
    public void revoke(Duration grace) {
      revoked = true;
    }

    @Override
    public void lost() {
      lost = true;
    }
  }
}
