package dev.opsagent.execution;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a task's workspace good again after a restart or on another machine: the steps that work in
 * it and were done before are probed, and done again where nothing is left of them. They must come
 * to the facts that the journal has, or the task must not go on with other bytes.
 */
final class Rebuild {
  private final TaskRecord task;
  private final Operation operation;
  private final StepContext context;

  Rebuild(TaskRecord task, Operation operation, StepContext context) {
    this.task = task;
    this.operation = operation;
    this.context = context;
  }

  /** What stands in the way of going on with the step; empty when nothing does. */
  Optional<Failure> before(int step) {
    for (int i = 0; i < step; i++) {
      PlannedStep planned = task.planned(i);
      if (planned.workspace()) {
        Optional<Failure> failure = again(planned);
        if (failure.isPresent()) {
          return failure;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Failure> again(PlannedStep planned) {
    Step step = operation.step(planned, task.dispatch());
    return switch (step.probe(context)) {
      case Probe.Satisfied satisfied -> same(planned, satisfied.facts());
      case Probe.Conflicting(Failure failure) -> Optional.of(failure);
      case Probe.Unknown(Failure failure) -> Optional.of(failure);
      case Probe.Missing() ->
          switch (step.apply(context)) {
            case Outcome.Applied(Facts facts, _) -> same(planned, facts);
            case Outcome.Failed(Failure failure) -> Optional.of(failure);
            case Outcome.Inconclusive(Failure failure) -> Optional.of(failure);
          };
    };
  }

  private Optional<Failure> same(PlannedStep planned, Facts facts) {
    for (Map.Entry<String, String> fact : facts.values().entrySet()) {
      boolean other =
          task.known().find(fact.getKey()).filter(was -> !was.equals(fact.getValue())).isPresent();
      if (other) {
        return Optional.of(
            Failure.of(
                ReasonCode.INTEGRITY_MISMATCH,
                planned.description() + " again after a restart",
                "it came to another " + fact.getKey() + " than before",
                "dispatch it again under a new id"));
      }
    }
    return Optional.empty();
  }
}
