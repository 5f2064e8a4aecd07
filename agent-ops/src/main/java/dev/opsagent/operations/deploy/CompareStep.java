package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Pace;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Sight.Next;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.DriftReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells what of a service is otherwise than it was left; changes nothing. */
record CompareStep(Service service, Pace pace) implements FallibleStep {
  @Override
  public Outcome apply(StepContext context) throws Stopped {
    List<Difference> found =
        differences(service, Service.target(context), Sight.of(context.facts()).wanted());
    found.forEach(it ->
        context
            .progress()
            .line("%s is %s and not %s".formatted(it.field(), it.found(), it.wanted())));
    DriftReport report =
        new DriftReport(
            Service.target(context),
            found.stream()
                .map(it -> new DriftReport.Difference(it.field(), it.wanted(), it.found(), it.by()))
                .toList(),
            pace.now());
    return new Outcome.Applied(Facts.NONE, List.of(report));
  }

  /**
   * Compares.
   *
   * @param left the release that was left there
   */
  static List<Difference> differences(Service service, String target, Next left) throws Stopped {
    List<Difference> all = new ArrayList<>();
    Optional<Running> now = unlessOk(service.runtime().running(target));
    boolean same = now.filter(it -> it.digest().equals(left.digest())).isPresent();
    if (!same) {
      all.add(
          new Difference(
              "release",
              left.version(),
              now.map(Running::version).orElse("none runs"),
              now.map(it -> "task " + it.taskId())));
    }
    all.addAll(unlessOk(service.runtime().drift(target)));
    return all;
  }
}
