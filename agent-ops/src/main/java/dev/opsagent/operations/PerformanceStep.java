package dev.opsagent.operations;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Health.Http;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements.Performance;
import dev.opsagent.protocol.TaskDispatch;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Measures how fast and how well what has been verified answers, by one request after the other to
 * its health page. What is out of bounds fails at once; what cannot be measured is inconclusive.
 *
 * @param asked where, and what a good answer is; absent: an environment that said it when the task
 *     was taken says so no more
 */
public record PerformanceStep(Service service, HealthProbe probe, Optional<Http> asked, Pace pace)
    implements FallibleStep {
  /** The name of the step in plans and reports. */
  public static final String NAME = "check-performance";

  /** What this step enforces. */
  public static final Set<Requirement> ENFORCED =
      Set.copyOf(EnumSet.of(Requirement.P95_LATENCY, Requirement.ERROR_RATE));

  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_TRY = Duration.ofSeconds(10);
  private static final Duration MARGIN = Duration.ofSeconds(30);
  private static final String FIX =
      "accept it with done, take it back with undone, or measure again with continue";

  /** The step of the plan; empty when the task demands nothing of the kind. */
  public static Optional<PlannedStep> planned(TaskDispatch task, String version) {
    return task.requirements()
        .performance()
        .filter(_ -> !demanded(task).isEmpty())
        .map(it ->
            PlannedStep.check(
                NAME,
                "measure how fast and how well %s answers on %s, by %d requests"
                    .formatted(version, task.target(), it.samples()),
                longest(it),
                1));
  }

  private static Duration longest(Performance wanted) {
    Duration usual =
        Duration.ofMillis(Math.max(1000, wanted.p95LatencyMillis().orElse(0))).plus(PAUSE);
    return usual.multipliedBy(wanted.samples()).plus(MARGIN);
  }

  /** Asked only when a person says that it is done: then nothing was measured, and that is told. */
  @Override
  public Probe probe(StepContext context) throws Stopped {
    if (service.running(context).isEmpty()) {
      return new Probe.Missing();
    }
    return new Probe.Satisfied(Facts.NONE, demanded(context.task()).accepted());
  }

  private static Demanded demanded(TaskDispatch task) {
    return Demanded.of(task, ENFORCED, NAME);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, InterruptedException {
    Performance wanted = context.task().requirements().performance().orElseThrow();
    Http page =
        asked.orElseThrow(() -> failed(context, "nothing says any more which page is asked for"));
    Running serving =
        service.running(context).orElseThrow(() -> failed(context, "it does not run any more"));
    LoadSamples samples = new LoadSamples(wanted, demanded(context.task()));
    Optional<String> broken = measure(samples, page, serving, context.timeout().minus(MARGIN));
    if (broken.isPresent()) {
      throw failed(context, broken.get());
    }
    Optional<String> identity = service.running(context).map(Running::identity);
    if (!identity.equals(Optional.of(serving.identity()))) {
      throw failed(context, "it ended, or was started again, while it was measured");
    }
    return samples
        .doubt()
        .<Outcome>map(doubt ->
            new Outcome.Inconclusive(
                Failure.of(ReasonCode.INCONCLUSIVE, action(context), doubt, FIX)))
        .orElseGet(() -> new Outcome.Applied(Facts.NONE, samples.results()));
  }

  private Optional<String> measure(LoadSamples samples, Http page, Running serving, Duration limit)
      throws InterruptedException {
    URI at = URI.create(service.direct(serving).orElse("http://127.0.0.1")).resolve(page.path());
    long end = pace.nanoTime() + limit.toNanos();
    while (!samples.complete() && pace.nanoTime() < end) {
      ask(samples, at, page);
      Optional<String> broken = samples.broken();
      if (broken.isPresent()) {
        return broken;
      }
      pace.await(PAUSE);
    }
    return Optional.empty();
  }

  private void ask(LoadSamples samples, URI at, Http page) {
    long begin = pace.nanoTime();
    Answer<Boolean> answer = probe.http(at, page.page(), LONGEST_TRY);
    long took = Duration.ofNanos(pace.nanoTime() - begin).toMillis();
    switch (answer) {
      case Answer.Ok<Boolean>(Boolean good) -> {
        if (good) {
          samples.answered(took);
        } else {
          samples.failed("it answered, but not as a healthy service does");
        }
      }
      case Answer.No<Boolean>(Failure failure) -> {
        if (failure.code() == ReasonCode.TIMEOUT) {
          samples.givenUp(took, failure.cause());
        } else {
          samples.failed(failure.cause());
        }
      }
    }
  }

  private static String action(StepContext context) {
    return "measure how fast and how well %s answers".formatted(Service.target(context));
  }

  private Stopped failed(StepContext context, String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.UNHEALTHY,
            action(context),
            Lines.printable(cause) + service.said(context),
            "see the service's log, or demand less"));
  }
}
