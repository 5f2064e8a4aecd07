package dev.opsagent.execution;

import dev.opsagent.execution.JournalRecord.Escalated;
import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.protocol.Digests;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the PM is told of messages that do not count: one escalation for each reason and claimed
 * source in each partition, and one for all sources beyond the twentieth of a reason; at once, and
 * then how many there are by now, at most once in a while.
 */
final class Incidents {
  /** Between two tellings of the same. */
  static final Duration PAUSE = Duration.ofMinutes(1);

  private static final int MOST_SOURCES = 20;
  private static final int LONGEST_SOURCE = 256;

  private final int partition;
  private final Map<String, Incident> open = new LinkedHashMap<>();
  private final Map<String, Long> spoken = new LinkedHashMap<>();

  Incidents(int partition) {
    this.partition = partition;
  }

  /** How far a topic that every worker reads has been spoken of. */
  record Spoken(long offset) {}

  void resume(LedgerFold ledger) {
    ledger.incidents().forEach(it -> open.put(it.id(), it));
    spoken.putAll(ledger.spoken());
  }

  Optional<String> differsFrom(LedgerFold ledger) {
    boolean same =
        List.copyOf(open.values()).equals(List.copyOf(ledger.incidents()))
            && spoken.equals(ledger.spoken());
    return same ? Optional.empty() : Optional.of("memory and ledger differ in incidents");
  }

  /**
   * Counts one more.
   *
   * @param address where the message lies
   * @return what to write of it
   */
  List<JournalRecord> note(Barred barred, String address, Instant now) {
    String id = openId(barred);
    Incident before = open.get(id);
    List<JournalRecord> records = new ArrayList<>();
    if (before == null) {
      Incident begun = Incident.begun(id, barred.within(LONGEST_SOURCE), address, now);
      return tell(begun, records);
    }
    Incident after = before.again(address);
    if (!now.isBefore(before.toldAt().plus(PAUSE))) {
      return tell(after.telling(now), records);
    }
    return keep(after, records);
  }

  /**
   * The same for a topic that every worker reads, and reads again.
   *
   * @return empty when it has been spoken of already
   */
  List<JournalRecord> note(Barred barred, String topicPartition, long offset, Instant now) {
    if (spoken.getOrDefault(topicPartition, -1L) >= offset) {
      return List.of();
    }
    spoken.put(topicPartition, offset);
    List<JournalRecord> records = new ArrayList<>(note(barred, topicPartition + "@" + offset, now));
    String key = LedgerFold.SPOKEN + topicPartition;
    records.add(new Ledger(key, Optional.of(new Spoken(offset))));
    return records;
  }

  /** What has been counted for long enough without being told. */
  List<JournalRecord> due(Instant now) {
    List<JournalRecord> records = new ArrayList<>();
    for (Incident incident : List.copyOf(open.values())) {
      if (!incident.isToldWhole() && !now.isBefore(incident.toldAt().plus(PAUSE))) {
        tell(incident.telling(now), records);
      }
    }
    return records;
  }

  /** Whether something is counted that nobody was told of. */
  boolean isBehind() {
    return open.values().stream().anyMatch(it -> !it.isToldWhole());
  }

  private List<JournalRecord> tell(Incident incident, List<JournalRecord> records) {
    records.add(new Escalated(incident.escalation()));
    return keep(incident, records);
  }

  private List<JournalRecord> keep(Incident incident, List<JournalRecord> records) {
    open.put(incident.id(), incident);
    records.add(new Ledger(LedgerFold.INCIDENT + incident.id(), Optional.of(incident)));
    return records;
  }

  /** Whoever names another source each time gets no escalation of his own each time. */
  private String openId(Barred barred) {
    String source = Digests.sha256(barred.source()).substring("sha256:".length());
    String own = id(barred, source.substring(0, 16));
    String code = "security:%s:".formatted(barred.code());
    long others = open.keySet().stream().filter(it -> it.startsWith(code)).count();
    return open.containsKey(own) || others < MOST_SOURCES ? own : id(barred, "others");
  }

  /** A source is whatever a stranger has written: it is no part of an id. */
  private String id(Barred barred, String source) {
    return "security:%s:%s:%d".formatted(barred.code(), source, partition);
  }
}
