package dev.opsagent.simulation;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.Optional;

/** A rehearsal in which looking up what the plan needs goes as the scenario says, too. */
record SimulatedOperation(Operation rehearsal, Scenario scenario, SimulatedProcess process)
    implements Operation {
  private static final Duration LONG = Duration.ofHours(3);

  @Override
  public String name() {
    return rehearsal.name();
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return rehearsal.refuse(task);
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    try {
      return switch (scenario.lookup(task.taskId())) {
        case WORKS -> rehearsal.resolve(task, context);
        case SLOW -> {
          process.sleep(Duration.ofSeconds(5));
          yield rehearsal.resolve(task, context);
        }
        case FAILS -> new Resolution.Unresolved(failure("nothing there"));
        case THROWS -> throw new IllegalStateException("as the scenario says");
        case HANGS -> {
          process.sleep(LONG);
          yield rehearsal.resolve(task, context);
        }
        case HANGS_DEAF -> {
          sleepDeaf(process.nanoTime() + LONG.toNanos());
          yield rehearsal.resolve(task, context);
        }
      };
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new Resolution.Unresolved(failure("interrupted"));
    }
  }

  private void sleepDeaf(long until) {
    while (process.nanoTime() < until) {
      try {
        process.sleep(Duration.ofNanos(until - process.nanoTime()));
      } catch (InterruptedException _) {
        // on purpose
      }
    }
  }

  private static Failure failure(String cause) {
    return Failure.of(ReasonCode.TOOL_FAILED, "look up what the plan needs", cause, "");
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    return rehearsal.plan(task, observations);
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return rehearsal.step(planned, task);
  }
}
