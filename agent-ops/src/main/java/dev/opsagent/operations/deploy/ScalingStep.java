package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Demanded;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements.Scaling;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads back from the runtime how much of the release runs, and what each replica may use, and
 * holds it against what the task demands.
 */
record ScalingStep(Service service) implements FallibleStep {
  static final String NAME = "check-scaling";

  private static final Set<Requirement> ENFORCED =
      Set.copyOf(EnumSet.of(Requirement.REPLICAS, Requirement.CPUS, Requirement.MEMORY));

  /** Runtimes round processors to thousandths. */
  private static final double ROUNDING = 0.001;

  /** The step of the plan; empty when the task demands nothing of the kind. */
  static Optional<PlannedStep> planned(TaskDispatch task) {
    return demanded(task).isEmpty()
        ? Optional.empty()
        : Optional.of(
            PlannedStep.check(
                NAME,
                "read back how much of %s runs".formatted(task.target()),
                Duration.ofMinutes(2),
                3));
  }

  private static Demanded demanded(TaskDispatch task) {
    return Demanded.of(task, ENFORCED, NAME);
  }

  /** Asked only when a person says that it is done. */
  @Override
  public Probe probe(StepContext context) throws Stopped {
    return service.running(context).isPresent()
        ? new Probe.Satisfied(Facts.NONE, demanded(context.task()).accepted())
        : new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Scaling wanted = context.task().requirements().scaling().orElseThrow();
    Running running =
        service
            .running(context)
            .orElseThrow(() -> otherwise(context, "nothing runs there any more"));
    Allotment allotment =
        unlessOk(service.runtime().allotted(Service.target(context)))
            .orElseGet(() -> new Allotment(Optional.empty(), Optional.empty()));
    Map<Requirement, String> found = found(running, allotment);
    List<String> wrong = wrong(wanted, running, allotment, found);
    if (!wrong.isEmpty()) {
      throw otherwise(context, String.join("; ", wrong));
    }
    return new Outcome.Applied(
        Facts.NONE, demanded(context.task()).results(it -> found.getOrDefault(it, "")));
  }

  private static Map<Requirement, String> found(Running running, Allotment allotment) {
    Map<Requirement, String> found = new EnumMap<>(Requirement.class);
    found.put(Requirement.REPLICAS, String.valueOf(count(running)));
    found.put(Requirement.CPUS, allotment.cpus().map(it -> it + " processors").orElse("no limit"));
    found.put(Requirement.MEMORY, allotment.memory().map(it -> it + " bytes").orElse("no limit"));
    return found;
  }

  private static int count(Running running) {
    return running.replicas().map(Replicas::running).orElse(1);
  }

  private static List<String> wrong(
      Scaling wanted, Running running, Allotment allotment, Map<Requirement, String> found) {
    List<Requirement> wrong = new ArrayList<>();
    if (wanted.replicas().filter(it -> it != count(running)).isPresent()) {
      wrong.add(Requirement.REPLICAS);
    }
    if (wanted.cpus().filter(it -> !isAbout(it, allotment.cpus())).isPresent()) {
      wrong.add(Requirement.CPUS);
    }
    if (wanted.memory().isPresent() && !wanted.memory().equals(allotment.memory())) {
      wrong.add(Requirement.MEMORY);
    }
    return wrong.stream()
        .map(it -> "%s is %s".formatted(it.field(), found.getOrDefault(it, "unknown")))
        .toList();
  }

  private static boolean isAbout(double wanted, Optional<Double> found) {
    return found.filter(it -> Math.abs(it - wanted) <= ROUNDING).isPresent();
  }

  private static Stopped otherwise(StepContext context, String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.UNHEALTHY,
            "read back how much of %s runs".formatted(Service.target(context)),
            cause,
            "see who else changes what runs there"));
  }
}
