package dev.opsagent.execution;

import dev.opsagent.execution.ProgramRuns.Heard;
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

  /**
   * The same with what was heard of the work that led to it: programs and hidden secrets in its
   * audit, each in a record of its own.
   *
   * @param incident the escalation that is due for it, if one is
   */
  Transition having(
      Heard<?> heard, Optional<String> step, Optional<Escalation> incident, Instant now) {
    List<AuditDraft> all = new ArrayList<>();
    heard.ran().forEach(it -> all.add(AuditDraft.about(next, "ran", step, it, now)));
    heard.masked().forEach(it -> all.add(AuditDraft.about(next, "secret-hidden", step, it, now)));
    if (all.isEmpty()) {
      return this;
    }
    all.addAll(audit);
    List<Escalation> raised = new ArrayList<>(escalations);
    incident.ifPresent(raised::add);
    return new Transition(next, reports, all, raised, learnings, command);
  }
}
