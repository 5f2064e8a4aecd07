package dev.opsagent.endtoend;

import dev.opsagent.authority.Effect;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An operation of one look and one effect. */
record GatedOperation(String name, GatedWorld world) implements Operation {
  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return Optional.empty();
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    return new Resolution.Resolved(Facts.NONE);
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    String image = task.parameters().path("image").asString("");
    return image.isEmpty()
        ? List.of(
            Subject.commit(
                task.repository().orElseThrow().url(),
                task.repository().orElseThrow().commit().orElseThrow()))
        : List.of(Subject.image(image.substring(image.indexOf('@') + 1)));
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    PlannedStep look = PlannedStep.check("look", "look", Duration.ofMinutes(1), 1);
    PlannedStep act =
        new PlannedStep(
            "act",
            "act",
            false,
            Reversibility.REVERSIBLE,
            List.of(new Effect(Effect.Kind.DEPLOYMENT, task.taskId())),
            List.of(),
            Duration.ofMinutes(1),
            1);
    return Plan.of(observations, List.of(look, act));
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    String id = task.taskId();
    boolean look = planned.effects().isEmpty();
    return new Step() {
      @Override
      public Probe probe(StepContext context) {
        return world.did(id) ? new Probe.Satisfied(Facts.NONE, List.of()) : new Probe.Missing();
      }

      @Override
      public Outcome apply(StepContext context) {
        return look ? world.look(id) : world.act(id);
      }

      @Override
      public Undo undo(StepContext context) {
        return new Undo.Undone(List.of());
      }
    };
  }
}
