package dev.opsagent.execution;

import dev.opsagent.protocol.Target;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An audit record before it gets its place in the hash chain. */
public record AuditDraft(
    Target target,
    Optional<String> taskId,
    String kind,
    String actor,
    String summary,
    Optional<String> step,
    Optional<String> planDigest,
    List<String> effects,
    Instant at) {
  public AuditDraft {
    effects = List.copyOf(effects);
  }

  /** What was heard of the task's step beside its outcome. */
  static AuditDraft about(
      TaskRecord task, String kind, Optional<String> step, String sentence, Instant at) {
    return new AuditDraft(
        task.dispatch().target(),
        Optional.of(task.id()),
        kind,
        "ops-agent",
        sentence,
        step,
        task.plan().map(plan -> plan.digest()),
        List.of(),
        at);
  }

  /** What the agent decided about a message, before or beside a plan. */
  static AuditDraft of(Target target, String taskId, String kind, String summary, Instant at) {
    return new AuditDraft(
        target,
        Optional.of(taskId),
        kind,
        "ops-agent",
        summary,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        at);
  }
}
