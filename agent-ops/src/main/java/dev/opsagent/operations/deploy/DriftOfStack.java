package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.deploy.JointStep.Part;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code infrastructure.drift} where the target may be a stack: all its services that run are
 * compared, unless the task names one. What is otherwise is brought back one service after the
 * other, so that a failure is that of one.
 */
final class DriftOfStack implements Operation {
  private static final int AT_ONCE = 4;

  private final DriftOperation alone;
  private final Operation named;

  DriftOfStack(DriftOperation alone) {
    this.alone = alone;
    this.named = new ServiceOfStack(alone);
  }

  @Override
  public String name() {
    return alone.name();
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return named.refuse(task);
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    List<String> running =
        context.deployed().map(DeploymentRecord::runningServices).orElse(List.of());
    return running.isEmpty() || ServiceOfStack.service(task).isPresent()
        ? named.resolve(task, context)
        : resolve(running, task, context);
  }

  private Resolution resolve(List<String> services, TaskDispatch task, StepContext context) {
    List<Resolution> found =
        new Abreast(AT_ONCE)
            .each(services, name -> alone.resolve(part(task, name), of(name, task, context)));
    Facts all = Facts.NONE;
    int healed = 0;
    for (int i = 0; i < services.size(); i++) {
      switch (found.get(i)) {
        case Resolution.Unresolved no -> {
          return no;
        }
        case Resolution.Resolved(Facts facts) -> {
          boolean heals = alone.heals(task, facts);
          healed += heals ? 1 : 0;
          String steps = heals ? "." + healed : Steps.COMPARE;
          all = all.with(Stack.found(services.get(i), facts, steps));
        }
      }
    }
    return new Resolution.Resolved(all);
  }

  private static TaskDispatch part(TaskDispatch task, String service) {
    return Stack.part(task, service, task.parameters().deepCopy());
  }

  private static StepContext of(String service, TaskDispatch task, StepContext context) {
    return Stack.part(context, service, part(task, service));
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return isWhole(task, observations)
        ? observations.services().stream()
            .flatMap(name -> Sight.of(observations.of(name)).subjects(task).stream())
            .distinct()
            .toList()
        : named.subjects(task, observations);
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    return isWhole(task, observations)
        ? Plan.of(observations, steps(task, observations))
        : named.plan(task, observations);
  }

  private static boolean isWhole(TaskDispatch task, Facts observations) {
    return ServiceOfStack.service(task).isEmpty() && !observations.services().isEmpty();
  }

  private List<PlannedStep> steps(TaskDispatch task, Facts observations) {
    Map<String, Plan> plans = new LinkedHashMap<>();
    observations
        .services()
        .forEach(name -> plans.put(name, alone.plan(part(task, name), observations.of(name))));
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(StackOperation.joined(Steps.COMPARE, "", plans, AT_ONCE));
    plans.forEach((name, plan) -> {
      String suffix = observations.of(name).get(Facts.STEPS);
      plan.steps().stream()
          .map(PlannedStep::name)
          .filter(it -> !it.equals(Steps.COMPARE))
          .map(it -> StackOperation.joined(it, suffix, Map.of(name, plan), 1))
          .forEach(steps::add);
    });
    return steps;
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return ServiceOfStack.service(task).isPresent()
        ? named.step(planned, task)
        : new Seen(planned, task);
  }

  /** Only the facts tell whether the target is a stack, so the step is made when it is used. */
  private final class Seen implements Step {
    private final PlannedStep planned;
    private final TaskDispatch task;

    Seen(PlannedStep planned, TaskDispatch task) {
      this.planned = planned;
      this.task = task;
    }

    @Override
    public Optional<Peer> peer() {
      return alone.step(planned, task).peer();
    }

    @Override
    public Probe probe(StepContext context) {
      return made(context).probe(context);
    }

    @Override
    public Outcome apply(StepContext context) {
      return made(context).apply(context);
    }

    @Override
    public Undo undo(StepContext context) {
      return made(context).undo(context);
    }

    private Step made(StepContext context) {
      return context.facts().services().isEmpty()
          ? alone.step(planned, task)
          : new JointStep(peer(), this::parts, new Abreast(AT_ONCE));
    }

    private List<Part> parts(StepContext context) {
      return context.facts().services().stream()
          .filter(name -> isAbout(context.facts().of(name)))
          .map(name -> part(name, context))
          .toList();
    }

    /** All are compared, and each is healed by steps of its own. */
    private boolean isAbout(Facts own) {
      return planned.name().equals(Steps.COMPARE) || planned.name().endsWith(own.get(Facts.STEPS));
    }

    private Part part(String service, StepContext context) {
      TaskDispatch part = DriftOfStack.part(task, service);
      StepContext own = Stack.part(context, service, part);
      PlannedStep step =
          alone.plan(part, own.facts()).steps().stream()
              .filter(it -> planned.name().startsWith(it.name()))
              .findFirst()
              .orElseThrow();
      return new Part(service, step, alone.step(step, part), own);
    }
  }
}
