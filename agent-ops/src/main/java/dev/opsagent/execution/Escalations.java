package dev.opsagent.execution;

import dev.opsagent.authority.Effect;
import dev.opsagent.execution.TaskRecord.Doubt;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Severity;
import dev.opsagent.protocol.Escalation.Status;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which ends and doubts of a task the PM must know at once. */
final class Escalations {
  private static final Set<Effect.Kind> CHANGES =
      Set.of(Effect.Kind.DEPLOYMENT, Effect.Kind.ROLLBACK, Effect.Kind.RESTART);

  private static final Set<Effect.Kind> BROUGHT_BACK =
      Set.of(Effect.Kind.ROLLBACK, Effect.Kind.RESTART);

  private Escalations() {}

  static Escalation decisionNeeded(TaskRecord task, Doubt doubt) {
    String step = task.planned(doubt.step()).name();
    return new Escalation(
        task.id() + ":decision:" + step,
        doubt.failure().code() == ReasonCode.DATA_LOSS_RISK
            ? Trigger.DATA_LOSS_RISK
            : Trigger.CRITICAL_DEPLOYMENT_FAILURE,
        Severity.CRITICAL,
        Status.OPEN,
        task.dispatch().target(),
        Optional.of(task.id()),
        "a person must decide about the step " + step,
        List.of(doubt.failure().sentence()),
        done(task),
        "ops-agent resolve " + task.id() + " continue|done|undone|abandon",
        1,
        doubt.since());
  }

  static Optional<Escalation> forEnd(TaskRecord task, Failure failure, Instant now) {
    return trigger(task, failure)
        .map(trigger ->
            new Escalation(
                task.id() + ":" + task.state().name().toLowerCase(java.util.Locale.ROOT),
                trigger,
                Severity.CRITICAL,
                Status.OPEN,
                task.dispatch().target(),
                Optional.of(task.id()),
                task.dispatch().operation() + " ended " + task.state(),
                List.of(failure.sentence()),
                done(task),
                task.held() ? "ops-agent resolve " + task.id() + " done|undone" : "",
                1,
                now));
  }

  /**
   * Secrets came from somebody who had not been given them; they were hidden, but are known there.
   */
  static Escalation leaked(TaskRecord task, List<String> hidden, Set<String> secrets, Instant now) {
    return new Escalation(
        task.id() + ":secret-leaked",
        Trigger.SECURITY_INCIDENT,
        Severity.CRITICAL,
        Status.OPEN,
        task.dispatch().target(),
        Optional.of(task.id()),
        "a secret was printed by what had not been given it",
        hidden,
        List.of("it was hidden before it went anywhere"),
        "find out how it got there, and replace " + String.join(", ", new TreeSet<>(secrets)),
        1,
        now);
  }

  private static Optional<Trigger> trigger(TaskRecord task, Failure failure) {
    if (failure.code() == ReasonCode.FOREIGN_CHANGE) {
      return Optional.of(Trigger.SECURITY_INCIDENT);
    }
    if (failure.code() == ReasonCode.DATA_LOSS_RISK) {
      return Optional.of(Trigger.DATA_LOSS_RISK);
    }
    if (failure.code() == ReasonCode.DEGRADED) {
      return Optional.of(Trigger.PERFORMANCE_DEGRADATION);
    }
    if (isDown(task, failure)) {
      return Optional.of(Trigger.OUTAGE);
    }
    boolean bad = task.state() == TaskState.ROLLED_BACK || task.state() == TaskState.IN_DOUBT;
    boolean deploying = task.state() == TaskState.FAILED && failedWhileDeploying(task);
    return bad || deploying ? Optional.of(Trigger.CRITICAL_DEPLOYMENT_FAILURE) : Optional.empty();
  }

  /** What was brought up again does not serve, and nothing else takes its place. */
  private static boolean isDown(TaskRecord task, Failure failure) {
    return failure.code() == ReasonCode.UNHEALTHY
        && task.state() == TaskState.FAILED
        && task.anyStep(BROUGHT_BACK, StepRecord::stood);
  }

  private static boolean failedWhileDeploying(TaskRecord task) {
    return task.anyStep(CHANGES, step -> step.outcome().isPresent());
  }

  private static List<String> done(TaskRecord task) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < task.steps().size(); i++) {
      StepRecord step = task.steps().get(i);
      PlannedStep planned = task.planned(i);
      if (!planned.effects().isEmpty() && step.outcome().isPresent()) {
        Outcome outcome = step.outcome().orElseThrow();
        lines.add(planned.description() + ": " + outcome);
      }
    }
    lines.addAll(task.remains());
    return lines;
  }
}
