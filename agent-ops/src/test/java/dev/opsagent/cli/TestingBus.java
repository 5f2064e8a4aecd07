package dev.opsagent.cli;

import dev.opsagent.audit.AuditEntry;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.RecordPosition;
import dev.opsagent.protocol.StatusReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A bus in memory: answers each message that is sent with what the test wants to be answered. */
final class TestingBus implements Bus {
  private final List<StatusReport> written = new ArrayList<>();
  private final List<AuditRecord> audited = new ArrayList<>();
  private final List<Message> sent = new ArrayList<>();
  private Consumer<Message> answer = _ -> {};

  Bus open(Configuration configuration) {
    return this;
  }

  void answer(Consumer<Message> how) {
    answer = how;
  }

  void write(StatusReport report) {
    written.add(report);
  }

  /** Puts a record into partition 0 of the audit. */
  void write(AuditRecord record) {
    audited.add(record);
  }

  List<Message> sent() {
    return sent;
  }

  @Override
  public RecordPosition send(Message message) {
    sent.add(message);
    answer.accept(message);
    String topic = MessageType.of(message).topic().defaultName();
    return new RecordPosition(topic, 0, sent.size() - 1);
  }

  @Override
  public Reports reports(Optional<String> task, From from) {
    int first =
        switch (from) {
          case BEGINNING -> 0;
          case NOW -> written.size();
        };
    return new MemoryReports(first);
  }

  @Override
  public void history(Optional<String> task, Consumer<StatusReport> reports) {
    written.stream()
        .filter(it -> task.isEmpty() || task.get().equals(it.taskId()))
        .forEach(reports);
  }

  @Override
  public void audit(Consumer<AuditEntry> entries) {
    for (int offset = 0; offset < audited.size(); offset++) {
      AuditRecord record = audited.get(offset);
      RecordPosition place = new RecordPosition("ops.audit", 0, offset);
      entries.accept(new AuditEntry(place, Json.write(record), () -> Optional.of(record)));
    }
  }

  @Override
  public void close() {}

  private final class MemoryReports implements Reports {
    private int next;

    MemoryReports(int next) {
      this.next = next;
    }

    @Override
    public List<StatusReport> poll(Duration atMost) {
      List<StatusReport> found = List.copyOf(written.subList(next, written.size()));
      next = written.size();
      return found;
    }

    @Override
    public void close() {}
  }
}
