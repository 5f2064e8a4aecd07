package dev.opsagent.execution;

import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A step of the state machine: what to record, all in one entry, and what to do after it. */
record Transition(
    TaskRecord next,
    List<Prewritten<StatusReport>> reports,
    List<AuditDraft> audit,
    List<Escalation> escalations,
    List<Learning> learnings,
    Command command) {
  Transition {
    reports = List.copyOf(reports);
    audit = List.copyOf(audit);
    escalations = List.copyOf(escalations);
    learnings = List.copyOf(learnings);
  }

  /** Nothing but the record is written again, with the time that is left. */
  static Transition nothing(TaskRecord task) {
    return new Transition(task, List.of(), List.of(), List.of(), List.of(), Command.IDLE);
  }

  /** The same with the programs that led to it in its audit, each in a record of its own. */
  Transition having(List<String> ran, Optional<String> step, Instant now) {
    if (ran.isEmpty()) {
      return this;
    }
    List<AuditDraft> all =
        new ArrayList<>(ran.stream().map(it -> AuditDraft.ran(next, step, it, now)).toList());
    all.addAll(audit);
    return new Transition(next, reports, all, escalations, learnings, command);
  }
}
