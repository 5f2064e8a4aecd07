package dev.opsagent.operations;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements.Performance;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Holds the time that building took against what is demanded, before anybody gets what was built. A
 * build that nobody has timed is inconclusive: it was done before, or by a worker that died.
 *
 * @param parts names of the steps that build, each timed by {@link #timed}
 */
public record BuildTimeStep(List<String> parts) implements FallibleStep {
  /** The name of the step in plans and reports. */
  public static final String NAME = "check-build-time";

  /** What this step enforces. */
  public static final Set<Requirement> ENFORCED = Set.of(Requirement.BUILD_TIME);

  private static final Duration LONGEST = Duration.ofSeconds(30);

  public BuildTimeStep {
    parts = List.copyOf(parts);
  }

  /** The step of the plan; empty when the task demands nothing of the kind. */
  public static Optional<PlannedStep> planned(TaskDispatch task) {
    return most(task)
        .map(most ->
            PlannedStep.check(NAME, "check that building took at most " + most, LONGEST, 1));
  }

  private static Optional<Duration> most(TaskDispatch task) {
    return task.requirements().performance().flatMap(Performance::buildTime);
  }

  /** The same step, that notes how long it took. */
  public static FallibleStep timed(String part, FallibleStep step, Pace pace) {
    return new Timed(part, step, pace);
  }

  /** The fact that tells how long a step took. */
  public static Facts took(String part, Duration time) {
    return Facts.NONE.with(fact(part), String.valueOf(time.toMillis()));
  }

  private static String fact(String part) {
    return "build." + part + ".millis";
  }

  /** Asked only when a person says that it is done. */
  @Override
  public Probe probe(StepContext context) {
    return new Probe.Satisfied(Facts.NONE, Demanded.of(context.task(), ENFORCED, NAME).accepted());
  }

  @Override
  public Outcome apply(StepContext context) {
    Duration most = most(context.task()).orElseThrow();
    Optional<String> untimed =
        parts.stream().filter(it -> context.facts().find(fact(it)).isEmpty()).findFirst();
    if (untimed.isPresent()) {
      return new Outcome.Inconclusive(untimed(untimed.get()));
    }
    Duration took =
        parts.stream()
            .map(it -> Duration.ofMillis(Long.parseLong(context.facts().get(fact(it)))))
            .reduce(Duration.ZERO, Duration::plus);
    return took.compareTo(most) > 0
        ? new Outcome.Failed(tooLong(took, most))
        : new Outcome.Applied(
            Facts.NONE, Demanded.of(context.task(), ENFORCED, NAME).results(_ -> took.toString()));
  }

  private static Failure tooLong(Duration took, Duration most) {
    return Failure.of(
        ReasonCode.TIMEOUT,
        "build within " + most,
        "building took " + took,
        "make the build faster, for example by its cache, or allow it more time");
  }

  private static Failure untimed(String part) {
    return Failure.of(
        ReasonCode.INCONCLUSIVE,
        "check how long building took",
        "nobody has timed the step %s: what it makes was there already".formatted(part),
        "accept it with done, or take it back with undone and build it anew");
  }

  private record Timed(String part, FallibleStep step, Pace pace) implements FallibleStep {
    @Override
    public Probe probe(StepContext context) throws Stopped, IOException, InterruptedException {
      return step.probe(context);
    }

    @Override
    public Outcome apply(StepContext context) throws Stopped, IOException, InterruptedException {
      long begin = pace.nanoTime();
      Outcome outcome = step.apply(context);
      Facts took = took(part, Duration.ofNanos(pace.nanoTime() - begin));
      return switch (outcome) {
        case Outcome.Applied applied ->
            new Outcome.Applied(applied.facts().with(took), applied.deliverables());
        case Outcome.Failed failed -> failed;
        case Outcome.Inconclusive inconclusive -> inconclusive;
      };
    }

    @Override
    public Undo undo(StepContext context) throws Stopped, IOException, InterruptedException {
      return step.undo(context);
    }
  }
}
