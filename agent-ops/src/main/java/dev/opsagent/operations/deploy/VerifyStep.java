package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.MetricVerdict;
import dev.opsagent.operations.MetricVerdict.Seen;
import dev.opsagent.operations.MetricVerification;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.Verification;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Prices;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Waits until what should run serves, has gone on serving for as long as the task asks, and has its
 * metrics in their bounds.
 *
 * @param stage for how long it must do well with a share of the callers; absent: all reach it
 */
record VerifyStep(Service service, Adapters adapters, Expected expected, Optional<Duration> stage)
    implements FallibleStep {
  private static final String FIX =
      "accept it with done, take it back with undone, or measure again with continue";

  /** Of what runs, or is to run, on the target. */
  VerifyStep(Service service, Adapters adapters, Expected expected) {
    this(service, adapters, expected, Optional.empty());
  }

  /** Of what only a share of the callers reaches. */
  static VerifyStep ofStage(Service service, Adapters adapters, Duration time) {
    Service introduced = new Service(new Introduced(service.runtime()), service.port());
    return new VerifyStep(introduced, adapters, Expected::isRelease, Optional.of(time));
  }

  /** A check is probed only when a person says that it is done: what runs counts as verified. */
  @Override
  public Probe probe(StepContext context) throws Stopped {
    return service
        .running(context)
        .filter(now -> expected.is(now, context))
        .<Probe>map(now -> new Probe.Satisfied(Facts.NONE, status(now)))
        .orElseGet(Probe.Missing::new);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, InterruptedException {
    Verification verification =
        stage
            .map(adapters.verification(context)::lasting)
            .orElseGet(() -> adapters.verification(context));
    Sampling used = new Sampling(adapters.pace(), () -> readings(context));
    Running serving =
        verification.verified(
            service,
            context,
            now -> {
              used.take();
              return expected.is(now, context) && Expected.isWhole(now, context);
            },
            context.timeout());
    List<Deliverable> sizes = sizes(used, context);
    Optional<MetricVerification> metrics = adapters.metrics(context);
    if (metrics.isEmpty()) {
      return verified(serving, Facts.NONE, sizes);
    }
    MetricVerdict verdict =
        metrics.get().judge(context.task().target(), serving.version(), context.facts());
    if (!(verdict instanceof MetricVerdict.Bad)) {
      verification.stillServes(service, context, serving);
    }
    return outcome(verdict, serving, sizes, context);
  }

  private Answer<List<Reading>> readings(StepContext context) {
    String target = Service.target(context);
    ServiceRuntime runtime = service.runtime();
    if (runtime.isComposed()) {
      return runtime.readings(target);
    }
    Terms terms = Sight.of(context.facts()).terms();
    Allotment allotment = new Allotment(terms.cpus(), terms.memory());
    return runtime
        .usage(target)
        .map(usage ->
            usage.map(used -> new Reading(Optional.empty(), target, used, allotment)).stream()
                .toList());
  }

  private List<Deliverable> sizes(Sampling used, StepContext context) {
    Optional<Prices> prices = adapters.environment(context.task()).flatMap(Environment::prices);
    RightSizing sizing = new RightSizing(Service.target(context), prices);
    return used.services().stream()
        .flatMap(samples -> sizing.of(samples, adapters.pace().now()).stream())
        .toList();
  }

  private Outcome outcome(
      MetricVerdict verdict, Running serving, List<Deliverable> sizes, StepContext context) {
    String action = "verify %s by its metrics".formatted(Service.target(context));
    return switch (verdict) {
      case MetricVerdict.Good(List<Seen> seen) -> verified(serving, proofs(seen), sizes);
      case MetricVerdict.Bad(ReasonCode code, String cause) ->
          new Outcome.Failed(
              Failure.of(code, action, cause + service.said(context), "see the service's log"));
      case MetricVerdict.Inconclusive(String cause) ->
          new Outcome.Inconclusive(Failure.of(ReasonCode.INCONCLUSIVE, action, cause, FIX));
    };
  }

  private Outcome verified(Running serving, Facts proofs, List<Deliverable> sizes) {
    List<Deliverable> brought = new ArrayList<>(sizes);
    brought.addAll(status(serving));
    return new Outcome.Applied(proofs, brought);
  }

  /** Nothing is deployed yet while only a share of the callers reaches it. */
  private List<Deliverable> status(Running serving) {
    return stage.isPresent() ? List.of() : List.of(service.status(serving, true));
  }

  private static Facts proofs(List<Seen> seen) {
    Facts facts = Facts.NONE;
    for (Seen one : seen) {
      facts = facts.with(Facts.PROOF + "metric." + one.check(), one.sentence());
    }
    return facts;
  }
}
