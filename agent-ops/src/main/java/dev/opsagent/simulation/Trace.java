package dev.opsagent.simulation;

import dev.opsagent.execution.JournalRecord;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.StatusReport;
import java.util.Optional;

/** Journal records in the words of a trace. */
final class Trace {
  private Trace() {}

  static Optional<String> line(JournalRecord record) {
    return switch (record) {
      case JournalRecord.Status status -> Optional.of(line(status.report()));
      case JournalRecord.Audited(AuditRecord audited) ->
          Optional.of(
              "  audit %d %s %s: %s"
                  .formatted(
                      audited.sequence(),
                      audited.taskId().orElse("-"),
                      audited.kind(),
                      audited.summary()));
      case JournalRecord.Escalated(Escalation escalation) ->
          Optional.of("  escalation " + escalation.escalationId());
      case JournalRecord.Ledger _,
          JournalRecord.Learned _,
          JournalRecord.Deployed _,
          JournalRecord.Forwarded _,
          JournalRecord.DeadLetter _ ->
          Optional.empty();
    };
  }

  private static String line(StatusReport report) {
    String step = report.step().map(it -> " " + it.name() + " " + it.outcome()).orElse("");
    return "  report %s #%d %s%s"
        .formatted(report.taskId(), report.revision(), report.state(), step);
  }
}
