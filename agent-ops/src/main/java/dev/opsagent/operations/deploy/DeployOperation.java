package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.LateStep;
import dev.opsagent.operations.PerformanceStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Artifact.Fetched;
import dev.opsagent.operations.deploy.Artifact.Found;
import dev.opsagent.operations.deploy.DeployParameters.Published;
import dev.opsagent.operations.deploy.DeployParameters.Stage;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.operations.deploy.Sight.Origin;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Images;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Scaling;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code deploy}: replaces what runs on a target, and proves that the new release serves. When it
 * does not, what ran before is brought back by itself, and the release is not taken again.
 */
public final class DeployOperation implements Operation {
  private final Adapters adapters;
  private final Acceptance acceptance;

  public DeployOperation(Adapters adapters) {
    this.adapters = adapters;
    this.acceptance = new Acceptance(name(), adapters);
  }

  @Override
  public String name() {
    return "deploy";
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return acceptance.refuse(task);
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    DeployParameters parameters = DeployParameters.of(task);
    try {
      String runtime = chosen(task, parameters, context);
      Optional<Running> running = adapters.service(runtime, parameters.port()).running(context);
      refuseElsewhere(context, runtime);
      Found found = artifact(task, parameters, runtime).find();
      refuseQuarantined(context, found.release().digest());
      refuseUnpromoted(task, context, found.release().digest());
      if (running.isPresent() && !parameters.adopted()) {
        refuseUnverified(context, running.get());
      }
      Sight seen =
          new Sight(
              runtime,
              running.map(Before::of),
              Optional.of(found.release()),
              Optional.of(found.reference()),
              found.origin().map(Origin::of),
              Refusals.unlessMeasured(terms(task, parameters)));
      return new Resolution.Resolved(seen.facts());
    } catch (Stopped stopped) {
      return new Resolution.Unresolved(stopped.failure());
    }
  }

  /** Checked at intake already, and the file of environments may have changed since. */
  private String chosen(TaskDispatch task, DeployParameters parameters, StepContext context)
      throws Stopped {
    return acceptance
        .runtime(task, parameters)
        .map(RuntimeKind::id)
        .filter(adapters.runtimes()::containsKey)
        .orElseThrow(() ->
            refused(
                ReasonCode.PRECONDITION_FAILED,
                context,
                "the environment has no runtime for it any more",
                "see the file of environments"));
  }

  /** What the task leaves open, its environment decides. */
  private Terms terms(TaskDispatch task, DeployParameters parameters) {
    Optional<Environment> environment = adapters.environment(task);
    Optional<Limits> limits = environment.map(Environment::limits);
    return Terms.of(environment, parameters.proof())
        .limited(
            parameters.cpus().or(() -> limits.flatMap(Limits::cpus).map(BigDecimal::doubleValue)),
            parameters.memory().or(() -> limits.flatMap(Limits::memory)))
        .by(parameters.strategy(environment))
        .times(parameters.replicas());
  }

  /** One target is never served by two runtimes. */
  private static void refuseElsewhere(StepContext context, String runtime) throws Stopped {
    Optional<String> other =
        context
            .deployed()
            .flatMap(DeploymentRecord::running)
            .map(Release::runtime)
            .filter(known -> !known.equals(runtime));
    if (other.isPresent()) {
      throw refused(
          ReasonCode.CONFLICT,
          context,
          "it runs as a " + other.get(),
          "stop it there first, or deploy to another service");
    }
  }

  private static void refuseQuarantined(StepContext context, String digest) throws Stopped {
    boolean failed =
        context.deployed().filter(record -> record.quarantined().contains(digest)).isPresent();
    if (failed) {
      throw refused(
          ReasonCode.QUARANTINED,
          context,
          "this release has failed there before",
          "deploy another one, or send quarantine.lift for its digest");
    }
  }

  /** What was verified last in the environment before may come here, and nothing else. */
  private void refuseUnpromoted(TaskDispatch task, StepContext context, String digest)
      throws Stopped {
    Optional<String> from = adapters.environment(task).flatMap(Environment::promotesFrom);
    if (from.isEmpty()) {
      return;
    }
    Target before = new Target(from.get(), task.target().service());
    Optional<Release> verified =
        unlessOk(adapters.deployments().of(before)).flatMap(DeploymentRecord::lastVerified);
    if (verified.filter(it -> it.digest().equals(digest)).isEmpty()) {
      throw refused(
          ReasonCode.PRECONDITION_FAILED,
          context,
          verified
              .map(it -> "what was verified last on %s is %s".formatted(before, it.version()))
              .orElse("nothing was ever verified on " + before),
          "deploy this release to %s first; %s takes what was verified there"
              .formatted(before, task.target().environment()));
    }
  }

  /** Without a release that is known to serve, a bad one could not be taken back. */
  private static void refuseUnverified(StepContext context, Running running) throws Stopped {
    boolean verified =
        context
            .deployed()
            .flatMap(DeploymentRecord::lastVerified)
            .filter(release -> release.digest().equals(running.digest()))
            .isPresent();
    if (!verified) {
      throw refused(
          ReasonCode.NO_ROLLBACK_TARGET,
          context,
          "what runs there was never verified, so there is nothing safe to go back to",
          "restart it, which verifies it, or deploy with adopt: true");
    }
  }

  private static Stopped refused(ReasonCode code, StepContext context, String cause, String fix) {
    return new Stopped(Failure.of(code, "deploy to " + Service.target(context), cause, fix));
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return Sight.of(observations).subjects(task);
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    DeployParameters parameters = DeployParameters.of(task);
    Sight seen = Sight.of(observations);
    String version = seen.wanted().version();
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(Steps.validate(task.target(), version));
    if (parameters.reference().isEmpty()) {
      steps.add(Steps.fetch(seen.reference().orElse(version)));
    }
    if (parameters.source().isPresent()) {
      steps.add(Steps.protect(task.target(), version));
    }
    Steps.measure(task.target(), seen.terms().health()).ifPresent(steps::add);
    if (seen.isCanary()) {
      steps.add(Steps.introduce(task.target(), seen.runtime(), version, seen.terms()));
      parameters.stages().forEach(stage -> addStage(steps, task, seen, stage));
    }
    PlannedStep deploy = deploy(task, seen, version);
    steps.add(
        task.requirements()
            .scaling()
            .flatMap(Scaling::autoscaling)
            .map(load -> Steps.following(deploy, load))
            .orElse(deploy));
    steps.add(Steps.verify(task.target(), version, seen.terms().health()));
    PerformanceStep.planned(task, version).ifPresent(steps::add);
    ScalingStep.planned(task).ifPresent(steps::add);
    seen.running()
        .filter(_ -> seen.terms().isBeside() && !seen.isOnCluster())
        .ifPresent(
            before -> steps.add(Steps.retire(task.target(), seen.runtime(), before.version())));
    return Plan.of(observations, steps);
  }

  private static void addStage(
      List<PlannedStep> steps, TaskDispatch task, Sight seen, Stage stage) {
    String version = seen.wanted().version();
    steps.add(Steps.share(task.target(), seen.runtime(), version, stage));
    steps.add(Steps.watch(task.target(), version, stage, seen.terms().health()));
  }

  private static PlannedStep deploy(TaskDispatch task, Sight seen, String version) {
    Terms terms = seen.terms();
    if (seen.isCanary()) {
      return Steps.deployToAll(task.target(), seen.runtime(), version, terms.recovery());
    }
    if (terms.isRolling()) {
      return Steps.roll(task.target(), seen.runtime(), version, terms);
    }
    return terms.isBeside()
        ? Steps.deployBeside(task.target(), seen.runtime(), version, terms)
        : Steps.deploy(task.target(), seen.runtime(), version, terms.recovery());
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    DeployParameters parameters = DeployParameters.of(task);
    String runtime = acceptance.runtime(task, parameters).map(RuntimeKind::id).orElse(name());
    Optional<Peer> peer =
        Set.of(Steps.DEPLOY, Steps.INTRODUCE).contains(planned.name())
            ? Optional.of(new Peer(runtime, task.target().key()))
            : Optional.empty();
    return new GuardedStep(
        planned.description(),
        peer,
        new LateStep(context -> step(planned.name(), task, Sight.of(context.facts()))));
  }

  private FallibleStep step(String name, TaskDispatch task, Sight seen) {
    DeployParameters parameters = DeployParameters.of(task);
    Service service = adapters.service(seen.runtime(), parameters.port());
    Artifact artifact = artifact(task, parameters, seen.runtime());
    DeployStep deploy = new DeployStep(service, adapters, parameters, artifact);
    Optional<Stage> stage =
        parameters.stages().stream().filter(it -> name.endsWith("-" + it.percent())).findFirst();
    if (stage.isPresent()) {
      return name.startsWith(Steps.SHARE)
          ? new ShareStep(service, stage.get().percent())
          : VerifyStep.ofStage(service, adapters, stage.get().time());
    }
    return switch (name) {
      case Steps.INTRODUCE -> new IntroduceStep(deploy);
      case Steps.VALIDATE -> new ValidateStep(service, artifact);
      case Steps.FETCH -> new FetchStep(adapters.workspaces(), (Fetched) artifact);
      case Steps.PROTECT -> new ProtectStep(deploy);
      case Steps.DEPLOY -> deploy;
      case Steps.MEASURE -> new MeasureStep(adapters);
      case Steps.VERIFY -> new VerifyStep(service, adapters, Expected::isRelease);
      case PerformanceStep.NAME -> adapters.performance(service, seen);
      case ScalingStep.NAME -> new ScalingStep(service);
      case Steps.RETIRE -> new RetireStep(service);
      default -> throw new IllegalArgumentException("a deploy has no step " + name);
    };
  }

  private Artifact artifact(TaskDispatch task, DeployParameters parameters, String runtime) {
    if (parameters.source().isPresent()) {
      return new Artifact.OfSource(
          adapters.repository(),
          task.repository().orElseThrow(() -> new IllegalStateException("checked at intake")),
          task.target().environment(),
          parameters.source().get(),
          parameters.label());
    }
    return parameters
        .published()
        .<Artifact>map(it -> new Artifact.OfPackage(registry(it), it))
        .orElseGet(() -> image(task, parameters, runtime));
  }

  private Artifact image(TaskDispatch task, DeployParameters parameters, String runtime) {
    String reference = parameters.reference().orElseThrow();
    if (runtime.equals(RuntimeKind.KUBERNETES.id())) {
      return new Artifact.OfDigest(reference, parameters.label());
    }
    Images images = adapters.images().apply(task.target().environment());
    return new Artifact.OfImage(images, reference, parameters.label());
  }

  private PackageRegistry registry(Published published) {
    return Optional.ofNullable(adapters.registries().get(published.registry()))
        .orElseThrow(() -> new IllegalStateException("checked at intake"));
  }
}
