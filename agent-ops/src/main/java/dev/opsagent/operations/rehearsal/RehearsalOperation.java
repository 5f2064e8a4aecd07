package dev.opsagent.operations.rehearsal;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The same few steps for every task, on a world of the caller's choice: what simulations,
 * measurements and fault tests run instead of an operation that needs registries and remotes. No
 * worker of an operator has it in its catalogue.
 */
public final class RehearsalOperation implements Operation {
  private final String name;
  private final List<PlannedStep> steps;
  private final BiFunction<TaskDispatch, PlannedStep, Step> world;
  private final boolean overtakes;

  /**
   * @param name what tasks call it; must be an operation that the protocol knows
   * @param steps the plan of every task
   * @param world makes the executable form of a step
   */
  public RehearsalOperation(
      String name, List<PlannedStep> steps, BiFunction<TaskDispatch, PlannedStep, Step> world) {
    this(name, steps, world, false);
  }

  private RehearsalOperation(
      String name,
      List<PlannedStep> steps,
      BiFunction<TaskDispatch, PlannedStep, Step> world,
      boolean overtakes) {
    this.name = name;
    this.steps = List.copyOf(steps);
    this.world = world;
    this.overtakes = overtakes;
  }

  /** The same in a hurry, as a rollback is. */
  public RehearsalOperation overtaking() {
    return new RehearsalOperation(name, steps, world, true);
  }

  @Override
  public boolean overtakes() {
    return overtakes;
  }

  @Override
  public String name() {
    return name;
  }

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
    return task.repository().stream()
        .flatMap(from -> from.commit().stream().map(it -> Subject.commit(from.url(), it)))
        .toList();
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    return Plan.of(observations, steps);
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return world.apply(task, planned);
  }
}
