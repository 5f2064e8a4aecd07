package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.LateStep;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.operations.deploy.Sight.Next;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code infrastructure.drift}: compares what runs on a target with what the last task left there,
 * and brings that back if it is asked to. Drift is a finding and no failure.
 */
public final class DriftOperation implements Operation {
  /** Fact: whether anything was otherwise when the plan was made. */
  private static final String FOUND = "drift.found";

  private final Adapters adapters;

  public DriftOperation(Adapters adapters) {
    this.adapters = adapters;
  }

  /** Where the target may be a stack too. */
  public Operation orOfStack() {
    return new DriftOfStack(this);
  }

  @Override
  public String name() {
    return "infrastructure.drift";
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    DriftParameters parameters;
    try {
      parameters = DriftParameters.of(task);
    } catch (InvalidMessage e) {
      return Refusals.invalid("parameters", String.valueOf(e.getMessage()));
    }
    boolean unknown =
        parameters.runtime().filter(it -> !adapters.runtimes().containsKey(it)).isPresent();
    if (unknown) {
      return Refusals.invalid(
          "parameters.runtime", "must be one of " + new TreeSet<>(adapters.runtimes().keySet()));
    }
    return RequirementsRefusal.of(task, Set.of())
        .or(() -> Refusals.ofHealth(parameters.proof()))
        .or(() ->
            parameters
                .proof()
                .metrics()
                .flatMap(_ ->
                    Refusals.invalid(
                        "parameters.health.metrics", "are for deploy, restart and scale only")));
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    DriftParameters parameters = DriftParameters.of(task);
    Optional<Release> left = context.deployed().flatMap(DeploymentRecord::running);
    Optional<String> runtime =
        parameters.runtime().or(() -> left.map(Release::runtime)).filter(this::isThere);
    if (left.isEmpty() || runtime.isEmpty()) {
      return new Resolution.Unresolved(
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              "compare " + Service.target(context),
              "no task has left anything running there",
              "deploy a release first"));
    }
    Service service = service(runtime.get());
    Next wanted = new Next(left.get().version(), left.get().digest());
    Terms terms = Terms.of(adapters.environment(task), parameters.proof()).withoutMetrics();
    try {
      Sight seen =
          new Sight(
              runtime.get(),
              service.running(context).map(Before::of),
              Optional.of(wanted),
              Optional.empty(),
              Optional.empty(),
              terms);
      boolean found = !CompareStep.differences(service, Service.target(context), wanted).isEmpty();
      return new Resolution.Resolved(
          seen.facts().with(Facts.of(Map.of(FOUND, Boolean.toString(found)))));
    } catch (Stopped stopped) {
      return new Resolution.Unresolved(stopped.failure());
    }
  }

  private boolean isThere(String runtime) {
    return adapters.runtimes().containsKey(runtime);
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return Sight.of(observations).subjects(task);
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    Sight seen = Sight.of(observations);
    String version = seen.wanted().version();
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(Steps.compare(task.target()));
    if (heals(task, observations)) {
      steps.add(Steps.restart(task.target(), seen.runtime(), version));
      steps.add(Steps.verify(task.target(), version, seen.terms().health()));
    }
    return Plan.of(observations, steps);
  }

  /** Whether something is to be brought back. */
  boolean heals(TaskDispatch task, Facts observations) {
    return DriftParameters.of(task).heals() && Boolean.parseBoolean(observations.get(FOUND));
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return new GuardedStep(
        planned.description(),
        Optional.empty(),
        new LateStep(
            context -> step(planned.name(), service(Sight.of(context.facts()).runtime()))));
  }

  private FallibleStep step(String name, Service service) {
    return switch (name) {
      case Steps.COMPARE -> new CompareStep(service, adapters.pace());
      case Steps.RESTART -> ForwardStep.restart(service);
      case Steps.VERIFY -> new VerifyStep(service, adapters, Expected::isOfTask);
      default -> throw new IllegalArgumentException("no step " + name);
    };
  }

  private Service service(String runtime) {
    return adapters.service(runtime, Optional.empty());
  }
}
