package dev.opsagent.execution;

import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import java.util.List;

/** A step of the state machine: what to record, all in one entry, and what to do after it. */
record Transition(
    TaskRecord next,
    List<Prewritten<StatusReport>> reports,
    List<AuditDraft> audit,
    List<Escalation> escalations,
    Command command) {
  Transition {
    reports = List.copyOf(reports);
    audit = List.copyOf(audit);
    escalations = List.copyOf(escalations);
  }
}
