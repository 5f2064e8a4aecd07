package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.DeployParameters.Source;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.operations.deploy.Sight.Next;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.PerformanceMetrics;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Scaling;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replaces what runs on the target by the release; taken back, what ran before serves again. */
record DeployStep(
    Service service, Adapters adapters, DeployParameters parameters, Artifact artifact)
    implements FallibleStep {
  /** Figure: from the begin of going back until the release of before was verified. */
  static final String RECOVERY = "recovery_seconds";

  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public Probe probe(StepContext context) throws Stopped {
    Optional<Running> running = service.running(context);
    if (running.isEmpty()) {
      return new Probe.Missing();
    }
    Running now = running.get();
    if (Expected.isRelease(now, context) && Expected.isWhole(now, context)) {
      return new Probe.Satisfied(Facts.NONE, List.of(service.status(now, false)));
    }
    boolean expected =
        Expected.isOfTask(now, context)
            || Sight.of(context.facts()).running().filter(before -> before.is(now)).isPresent();
    return expected ? new Probe.Missing() : new Probe.Conflicting(overtaken(now, context));
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Release release = release(context);
    context.fence().check();
    Running running = unlessOk(deployed(context, release));
    // A service may live just long enough for its start to count.
    return service.running(context).isPresent()
        ? new Outcome.Applied(Facts.NONE, List.of(service.status(running, false)))
        : new Outcome.Failed(ended(context, release));
  }

  private Answer<Running> deployed(StepContext context, Release release) {
    String target = Service.target(context);
    Sight seen = Sight.of(context.facts());
    if (seen.isCanary()) {
      return service
          .runtime()
          .share(target, release.digest(), 100)
          .then(_ -> service.runtime().running(target))
          .then(now ->
              now.<Answer<Running>>map(Answer.Ok::new)
                  .orElseGet(() -> new Answer.No<>(ended(context, release))));
    }
    boolean manifests = seen.isOnCluster() && parameters.source().isPresent();
    if (seen.terms().isRolling() && !manifests) {
      return service.runtime().roll(target, release, trial(context));
    }
    if (seen.terms().isBeside() && !manifests) {
      return service.runtime().replace(target, release, trial(context));
    }
    return parameters.adopted()
        ? service.runtime().adopt(target, release)
        : service.runtime().deploy(target, release);
  }

  /** What it must pass before anybody reaches it. */
  Trial trial(StepContext context) {
    return Trials.of(adapters, context);
  }

  /** What is brought up. */
  Release release(StepContext context) {
    Sight seen = Sight.of(context.facts());
    Next next = seen.wanted();
    return new Release(
        next.version(),
        next.digest(),
        context.task().taskId(),
        FetchStep.place(adapters.workspaces(), artifact, context),
        image(seen),
        parameters.arguments(),
        parameters.port(),
        parameters.source().flatMap(Source::path),
        Optional.empty(),
        parameters.environment(),
        seen.terms().replicas(),
        context.task().requirements().scaling().flatMap(Scaling::autoscaling),
        context.timeout());
  }

  private Optional<Image> image(Sight seen) {
    return parameters
        .reference()
        .flatMap(_ -> seen.reference())
        .map(pinned -> new Image(pinned, seen.terms().cpus(), seen.terms().memory()));
  }

  private Failure ended(StepContext context, Release release) {
    return Failure.of(
        ReasonCode.UNHEALTHY,
        "deploy %s to %s".formatted(release.version(), Service.target(context)),
        "it ended soon after its start" + service.said(context),
        "read the service's log");
  }

  @Override
  public Undo undo(StepContext context) throws Stopped, InterruptedException {
    Sight seen = Sight.of(context.facts());
    String digest = seen.wanted().digest();
    if (isAnothers(context, digest)) {
      // Of ours, at most one is left that nobody reaches.
      var _ = unlessOk(service.runtime().retire(Service.target(context)));
      return new Undo.Undone();
    }
    // Also when something else runs: a deployment that was cut off half-way is then put in order.
    context.fence().check();
    long begun = adapters.pace().nanoTime();
    var _ = unlessOk(service.runtime().rollback(Service.target(context), digest));
    return seen.running().isEmpty() ? new Undo.Undone() : servesAgain(context, seen, begun);
  }

  /** A release that waits for a person to let it go on is told by nothing, and is ours. */
  private boolean isAnothers(StepContext context, String digest) throws Stopped {
    Answer<Optional<Running>> now = service.runtime().running(Service.target(context));
    boolean waits =
        now instanceof Answer.No<Optional<Running>>(Failure failure)
            && failure.code() == ReasonCode.INCONCLUSIVE;
    return !waits
        && unlessOk(now)
            .filter(it -> it.digest().equals(digest) && !Expected.isRelease(it, context))
            .isPresent();
  }

  private Undo servesAgain(StepContext context, Sight seen, long begun)
      throws Stopped, InterruptedException {
    Before before = seen.running().orElseThrow();
    try {
      Running again =
          adapters
              .verification(context)
              .ofAnyVersion()
              .verified(
                  service, context, now -> now.digest().equals(before.digest()), context.timeout());
      double seconds = (adapters.pace().nanoTime() - begun) / NANOS_PER_SECOND;
      context
          .progress()
          .line("%s serves again, %.1f s after it was wanted".formatted(before.version(), seconds));
      return new Undo.Undone(
          List.of(
              new PerformanceMetrics(
                  Service.target(context), Map.of(RECOVERY, seconds), adapters.pace().now()),
              service.status(again, true)));
    } catch (Stopped sick) {
      return new Undo.UndoFailed(
          Failure.passing(
              ReasonCode.UNDO_FAILED,
              "roll %s back to %s".formatted(Service.target(context), before.version()),
              sick.failure().cause(),
              "see what runs on the target"));
    }
  }

  private static Failure overtaken(Running running, StepContext context) {
    return Failure.of(
        ReasonCode.CONFLICT,
        "deploy to " + Service.target(context),
        "task %s has brought up %s there meanwhile".formatted(running.taskId(), running.version()),
        "see which of the two releases should run");
  }
}
