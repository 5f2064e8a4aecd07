package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.DataLoss;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.push.Observations.Before;
import dev.opsagent.operations.push.PushParameters.Deploy;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replaces what runs on the target by the release. */
record DeployStep(ReleaseSource sources, Deployment deployment) implements FallibleStep {
  private static final String KEEP =
      "leave the data as they are, or bring the commit up with deploy and allowDataLoss: true";

  @Override
  public Probe probe(StepContext context) throws Stopped {
    Optional<Running> running = running(context);
    if (running.isEmpty()) {
      return new Probe.Missing();
    }
    if (deployment.isOurs(running.get(), context)) {
      return new Probe.Satisfied(
          facts(running.get()), List.of(deployment.service().status(running.get(), false)));
    }
    return isExpected(running.get(), context)
        ? new Probe.Missing()
        : new Probe.Conflicting(overtaken(running.get(), context));
  }

  private Optional<Running> running(StepContext context) throws Stopped {
    return deployment.service().running(context);
  }

  /** What ran before, or our own earlier attempt with other bytes. */
  private static boolean isExpected(Running running, StepContext context) {
    boolean observed =
        Observations.of(context.facts())
            .running()
            .filter(before -> before.taskId().equals(running.taskId()))
            .isPresent();
    return observed || running.taskId().equals(context.task().taskId());
  }

  private Facts facts(Running running) {
    Map<String, String> facts = new HashMap<>();
    facts.put(Deployment.DIGEST, running.digest());
    deployment
        .service()
        .address(running)
        .ifPresent(address -> facts.put(Deployment.ADDRESS, address));
    return Facts.of(facts);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Release release = release(context);
    List<String> losses = unlessOk(deployment.runtime().losses(Service.target(context), release));
    if (!losses.isEmpty()) {
      return new Outcome.Failed(DataLoss.risk(context, losses, KEEP));
    }
    context.fence().check();
    Running running = unlessOk(deployment.runtime().deploy(Service.target(context), release));
    // A service may live just long enough for its start to count.
    if (running(context).isEmpty()) {
      return new Outcome.Failed(ended(context, release));
    }
    return new Outcome.Applied(
        facts(running), List.of(deployment.service().status(running, false)));
  }

  private Failure ended(StepContext context, Release release) {
    return Failure.of(
        ReasonCode.UNHEALTHY,
        "deploy %s to %s".formatted(release.version(), Service.target(context)),
        "it ended soon after its start" + deployment.service().said(context),
        "read the service's log");
  }

  private Release release(StepContext context) {
    Observations seen = Observations.of(context.facts());
    Deploy parameters = deployment.parameters();
    return new Release(
        seen.next(),
        deployment.digest(context.facts()),
        context.task().taskId(),
        source(sources.folders(context), seen),
        Optional.empty(),
        parameters.arguments(),
        parameters.port(),
        parameters.file(),
        parameters.project(),
        parameters.environment(),
        context.timeout());
  }

  private Path source(TaskFolders folders, Observations seen) {
    return deployment.parameters().kind().equals(Deploy.COMPOSE)
        ? folders.checkout()
        : PackStep.tarball(folders, seen);
  }

  @Override
  public Undo undo(StepContext context) throws Stopped {
    String digest = deployment.digest(context.facts());
    boolean anothersNow =
        running(context)
            .filter(r -> r.digest().equals(digest) && !deployment.isOurs(r, context))
            .isPresent();
    if (anothersNow) {
      return new Undo.Undone();
    }
    // Also when something else runs: a deployment that was cut off half-way is then put in order.
    context.fence().check();
    Optional<Running> now =
        unlessOk(deployment.runtime().rollback(Service.target(context), digest));
    Optional<String> before = Observations.of(context.facts()).running().map(Before::digest);
    boolean asBefore = before.isEmpty() || now.map(Running::digest).equals(before);
    return asBefore ? new Undo.Undone() : new Undo.UndoFailed(notBack(context));
  }

  private static Failure notBack(StepContext context) {
    Observations seen = Observations.of(context.facts());
    return Failure.passing(
        ReasonCode.UNDO_FAILED,
        "roll %s back from %s".formatted(Service.target(context), seen.next()),
        "version %s does not run again"
            .formatted(seen.running().map(Before::version).orElse("of before")),
        "see what runs on the target");
  }

  private static Failure overtaken(Running running, StepContext context) {
    return Failure.of(
        ReasonCode.CONFLICT,
        "deploy to " + Service.target(context),
        "task %s has deployed %s there meanwhile".formatted(running.taskId(), running.version()),
        "see which of the two releases should run");
  }
}
