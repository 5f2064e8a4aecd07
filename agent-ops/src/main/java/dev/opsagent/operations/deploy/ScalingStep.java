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
import dev.opsagent.protocol.Requirements.Autoscaling;
import dev.opsagent.protocol.Requirements.Scaling;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
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
      Set.copyOf(
          EnumSet.of(
              Requirement.REPLICAS, Requirement.CPUS, Requirement.MEMORY, Requirement.AUTOSCALING));

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
    Optional<Autoscaling> autoscaling =
        wanted.autoscaling().isPresent()
            ? unlessOk(service.runtime().autoscaling(Service.target(context)))
            : Optional.empty();
    Found found = new Found(count(running), allotment, autoscaling);
    List<String> wrong = found.otherwiseThan(wanted);
    if (!wrong.isEmpty()) {
      throw otherwise(context, String.join("; ", wrong));
    }
    return new Outcome.Applied(
        Facts.NONE, demanded(context.task()).results(it -> found.words().getOrDefault(it, "")));
  }

  private static int count(Running running) {
    return running.replicas().map(Replicas::running).orElse(1);
  }

  private static Stopped otherwise(StepContext context, String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.UNHEALTHY,
            "read back how much of %s runs".formatted(Service.target(context)),
            cause,
            "see who else changes what runs there"));
  }

  /**
   * What the runtime has.
   *
   * @param autoscaling how the number follows the load; absent: it does not
   */
  private record Found(int replicas, Allotment allotment, Optional<Autoscaling> autoscaling) {
    Map<Requirement, String> words() {
      Map<Requirement, String> words = new EnumMap<>(Requirement.class);
      words.put(Requirement.REPLICAS, String.valueOf(replicas));
      words.put(
          Requirement.CPUS, allotment.cpus().map(it -> it + " processors").orElse("no limit"));
      words.put(Requirement.MEMORY, allotment.memory().map(it -> it + " bytes").orElse("no limit"));
      words.put(
          Requirement.AUTOSCALING, autoscaling.map(Autoscaling::toString).orElse("not there"));
      return words;
    }

    List<String> otherwiseThan(Scaling wanted) {
      Set<Requirement> wrong = EnumSet.noneOf(Requirement.class);
      if (wanted.replicas().filter(it -> it != replicas).isPresent()) {
        wrong.add(Requirement.REPLICAS);
      }
      if (wanted.cpus().filter(it -> !isAbout(it, allotment.cpus())).isPresent()) {
        wrong.add(Requirement.CPUS);
      }
      if (wanted.memory().isPresent() && !wanted.memory().equals(allotment.memory())) {
        wrong.add(Requirement.MEMORY);
      }
      if (wanted.autoscaling().isPresent() && !wanted.autoscaling().equals(autoscaling)) {
        wrong.add(Requirement.AUTOSCALING);
      }
      return wrong.stream()
          .map(it -> "%s is %s".formatted(it.field(), words().getOrDefault(it, "unknown")))
          .toList();
    }

    private static boolean isAbout(double wanted, Optional<Double> found) {
      return found.filter(it -> Math.abs(it - wanted) <= ROUNDING).isPresent();
    }
  }
}
