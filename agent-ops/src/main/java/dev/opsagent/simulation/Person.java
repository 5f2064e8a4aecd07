package dev.opsagent.simulation;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.simulation.Scenario.Sent;
import java.time.Duration;
import java.util.List;

/**
 * Who is asked when nobody knows: looks at the world, and answers truthfully, late or not at all.
 */
final class Person {
  private static final int MOST_ANSWERS = 12;

  private final Simulation simulation;
  private int answers;

  Person(Simulation simulation) {
    this.simulation = simulation;
  }

  /** Sees a report as it comes in. */
  void sees(StatusReport report) {
    boolean asked = report.state() == TaskState.AWAITING_DECISION && report.step().isEmpty();
    boolean held = report.state() == TaskState.IN_DOUBT;
    if (!(asked || held) || answers >= MOST_ANSWERS || simulation.dice().chance(4)) {
      return;
    }
    answers++;
    Duration when =
        simulation.dice().chance(3)
            ? simulation.dice().millis(90 * 60_000)
            : simulation.dice().millis(20_000);
    var _ = simulation.time().schedule(when, () -> answer(report));
  }

  /** Nothing of a check stands: whether what it checked is good, anybody may say. */
  private static boolean inconclusive(StatusReport report) {
    return report.reason().filter(it -> it.code() == ReasonCode.INCONCLUSIVE).isPresent();
  }

  private void answer(StatusReport report) {
    StepReport step =
        simulation.books().task(report.taskId()).flatMap(TaskBook::step).orElseThrow();
    boolean stands = simulation.world().stands(World.key(report.taskId(), step.name()));
    boolean undoing = step.outcome() == Outcome.UNDO_FAILED;
    List<Decision> truthful =
        inconclusive(report)
            ? List.of(Decision.values())
            : List.of(
                Decision.CONTINUE, stands ? Decision.DONE : Decision.UNDONE, Decision.ABANDON);
    Decision decision =
        undoing && simulation.dice().chance(2)
            ? Decision.CONTINUE
            : simulation.dice().pick(truthful);
    TaskResolve resolve =
        new TaskResolve(report.taskId(), report.target(), "ann", decision, "looked");
    simulation.send(new Sent(Duration.ZERO, Input.CONTROL, resolve, ""));
  }
}
