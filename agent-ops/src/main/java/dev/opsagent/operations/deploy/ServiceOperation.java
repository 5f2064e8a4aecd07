package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.LateStep;
import dev.opsagent.operations.PerformanceStep;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.operations.deploy.Sight.Next;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * {@code rollback}, {@code restart}, {@code scale} and {@code stop}: what is done to a service that
 * runs. They go before the tasks of the target that only wait, since they are what one sends when
 * it burns.
 */
public final class ServiceOperation implements Operation {
  private final Deed deed;
  private final Adapters adapters;

  private enum Deed {
    ROLLBACK(Steps.ROLLBACK),
    RESTART(Steps.RESTART),
    SCALE(Steps.SCALE),
    STOP(Steps.STOP);

    private final String title;

    Deed(String title) {
      this.title = title;
    }
  }

  private ServiceOperation(Deed deed, Adapters adapters) {
    this.deed = deed;
    this.adapters = adapters;
  }

  /** All of them. */
  public static List<Operation> all(Adapters adapters) {
    return Stream.of(Deed.values())
        .<Operation>map(deed -> new ServiceOfStack(new ServiceOperation(deed, adapters)))
        .toList();
  }

  @Override
  public String name() {
    return deed.title;
  }

  @Override
  public boolean overtakes() {
    return true;
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    ServiceParameters parameters;
    try {
      parameters = ServiceParameters.of(task);
    } catch (InvalidMessage e) {
      return Refusals.invalid("parameters", String.valueOf(e.getMessage()));
    }
    boolean unknown =
        parameters.runtime().filter(it -> !adapters.runtimes().containsKey(it)).isPresent();
    return unknown
        ? Refusals.invalid(
            "parameters.runtime", "must be one of " + new TreeSet<>(adapters.runtimes().keySet()))
        : RequirementsRefusal.of(task, enforced(task, parameters))
            .or(() -> ofReplicas(task, parameters))
            .or(() -> Refusals.ofHealth(parameters.proof()))
            .or(() -> ofMetrics(task, parameters));
  }

  /** What stops is not measured, and nothing is without a page to ask for. */
  private Set<Requirement> enforced(TaskDispatch task, ServiceParameters parameters) {
    boolean asked = terms(task, parameters).health().http().isPresent();
    return asked && deed != Deed.STOP ? PerformanceStep.ENFORCED : Set.of();
  }

  private Optional<Failure> ofReplicas(TaskDispatch task, ServiceParameters parameters) {
    if (parameters.replicas().isPresent() != (deed == Deed.SCALE)) {
      return Refusals.invalid(
          "parameters.replicas", deed == Deed.SCALE ? "is missing" : "is for scale only");
    }
    if (parameters.composeService().isPresent() && deed != Deed.SCALE) {
      return Refusals.invalid("parameters.composeService", "is for scale only");
    }
    return adapters.environment(task).flatMap(it -> Refusals.ofReplicas(it, parameters.replicas()));
  }

  /** Going back does not wait for metrics, whose windows still tell of what was left. */
  private Optional<Failure> ofMetrics(TaskDispatch task, ServiceParameters parameters) {
    if (!isMeasured() && parameters.proof().metrics().isPresent()) {
      return Refusals.invalid(
          "parameters.health.metrics", "are for deploy, restart and scale only");
    }
    return Refusals.ofMetrics(terms(task, parameters));
  }

  private Terms terms(TaskDispatch task, ServiceParameters parameters) {
    Terms terms = Terms.of(adapters.environment(task), parameters.proof());
    return (isMeasured() ? terms : terms.withoutMetrics()).times(parameters.replicas());
  }

  private boolean isMeasured() {
    return deed == Deed.RESTART || deed == Deed.SCALE;
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    ServiceParameters parameters = ServiceParameters.of(task);
    try {
      String runtime = runtime(parameters, context);
      Optional<Running> running = service(runtime).running(context);
      Optional<Next> next =
          switch (deed) {
            case ROLLBACK ->
                Optional.of(running.isPresent() ? before(running.get(), context) : unseen(context));
            case RESTART -> Optional.of(again(running, context));
            case SCALE -> Optional.of(more(parameters, runtime, running, context));
            case STOP -> Optional.empty();
          };
      Optional<Before> left =
          running.map(it -> Before.of(it, parameters.count(it))).or(() -> recorded(context));
      Sight seen =
          new Sight(
              runtime,
              left,
              next,
              Optional.empty(),
              Optional.empty(),
              Refusals.unlessMeasured(terms(task, parameters)));
      return new Resolution.Resolved(seen.facts());
    } catch (Stopped stopped) {
      return new Resolution.Unresolved(stopped.failure());
    }
  }

  /** Where it runs: as the task says, else as the record of the target has it. */
  private String runtime(ServiceParameters parameters, StepContext context) throws Stopped {
    Optional<String> known =
        parameters
            .runtime()
            .or(() -> record(context).flatMap(DeploymentRecord::running).map(Release::runtime))
            .or(() -> record(context).flatMap(DeploymentRecord::lastVerified).map(Release::runtime))
            .filter(adapters.runtimes()::containsKey);
    return known.orElseThrow(() ->
        refused(
            ReasonCode.PRECONDITION_FAILED,
            context,
            "nothing is known to have been deployed there",
            "name the runtime in /runtime if it was deployed by other means"));
  }

  private static Optional<DeploymentRecord> record(StepContext context) {
    return context.deployed();
  }

  /** What should run, and has ended by itself. */
  private static Optional<Before> recorded(StepContext context) {
    return record(context)
        .flatMap(known ->
            known
                .running()
                .map(it ->
                    new Before(it.version(), it.digest(), known.taskId(), "", it.address(), 1)));
  }

  /** A release that has ended is gone back from too; what was before it, the runtime knows. */
  private Next unseen(StepContext context) throws Stopped {
    Before ended =
        recorded(context)
            .orElseThrow(() ->
                refused(
                    ReasonCode.PRECONDITION_FAILED,
                    context,
                    "nothing runs there",
                    "restart it, or deploy a release"));
    return new Next("the release before " + ended.version(), "");
  }

  private Next before(Running now, StepContext context) throws Stopped {
    String version =
        now.previous()
            .orElseThrow(() ->
                refused(
                    ReasonCode.NO_ROLLBACK_TARGET,
                    context,
                    "there is no release before " + now.version(),
                    "deploy the release that should run"));
    String digest =
        record(context)
            .flatMap(DeploymentRecord::lastVerified)
            .filter(it -> it.version().equals(version) && !it.digest().equals(now.digest()))
            .map(Release::digest)
            .orElse("");
    return new Next(version, digest);
  }

  private Next again(Optional<Running> running, StepContext context) throws Stopped {
    return running
        .map(now -> new Next(now.version(), now.digest()))
        .or(() ->
            record(context)
                .flatMap(DeploymentRecord::lastVerified)
                .map(it -> new Next(it.version(), it.digest())))
        .orElseThrow(() ->
            refused(
                ReasonCode.PRECONDITION_FAILED,
                context,
                "nothing runs there, and nothing is known to have run",
                "deploy a release"));
  }

  private Next more(
      ServiceParameters parameters, String kind, Optional<Running> running, StepContext context)
      throws Stopped {
    ServiceRuntime runtime = service(kind).runtime();
    if (!runtime.isComposed() && !runtime.replicates()) {
      throw refused(
          ReasonCode.INVALID_PARAMETERS,
          context,
          "the runtime %s runs one of each service".formatted(kind),
          "say how many there are in the files that are deployed");
    }
    Running now =
        running.orElseThrow(() ->
            refused(
                ReasonCode.PRECONDITION_FAILED,
                context,
                "nothing runs there",
                "restart it, or deploy a release"));
    Optional<String> service = parameters.composeService();
    boolean meant =
        runtime.isComposed()
            ? service.filter(now.services()::containsKey).isPresent()
            : service.isEmpty();
    if (!meant) {
      throw refused(
          ReasonCode.INVALID_PARAMETERS,
          context,
          "what runs there is made of the services " + new TreeSet<>(now.services().keySet()),
          runtime.isComposed() ? "name one in /composeService" : "leave /composeService out");
    }
    return new Next(now.version(), now.digest());
  }

  private Stopped refused(ReasonCode code, StepContext context, String cause, String fix) {
    return new Stopped(
        Failure.of(code, "%s %s".formatted(name(), Service.target(context)), cause, fix));
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return Sight.of(observations).subjects(task);
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    Sight seen = Sight.of(observations);
    String version = seen.next().map(Next::version).orElse("");
    List<PlannedStep> steps = new ArrayList<>();
    switch (deed) {
      case ROLLBACK -> steps.add(Steps.rollback(task.target(), seen.runtime(), version));
      case RESTART -> {
        Steps.measure(task.target(), seen.terms().health()).ifPresent(steps::add);
        steps.add(Steps.restart(task.target(), seen.runtime(), version));
      }
      case SCALE -> {
        Steps.measure(task.target(), seen.terms().health()).ifPresent(steps::add);
        int replicas = seen.terms().replicas().orElseThrow();
        Optional<String> part = ServiceParameters.of(task).composeService();
        steps.add(
            Steps.scale(task.target(), seen.runtime(), version, part, replicas, seen.terms()));
      }
      case STOP -> steps.add(Steps.stop(task.target(), seen.runtime()));
    }
    if (deed != Deed.STOP) {
      steps.add(Steps.verify(task.target(), version, seen.terms().health()));
      PerformanceStep.planned(task, version).ifPresent(steps::add);
    }
    return Plan.of(observations, steps);
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return new GuardedStep(
        planned.description(),
        Optional.of(new Peer(name(), task.target().key())),
        new LateStep(context -> step(planned.name(), Sight.of(context.facts()))));
  }

  private FallibleStep step(String name, Sight seen) {
    Service service = service(seen.runtime());
    return switch (name) {
      case Steps.ROLLBACK -> ForwardStep.rollback(service);
      case Steps.RESTART -> ForwardStep.restart(service);
      case Steps.SCALE -> new ScaleStep(service, adapters);
      case Steps.STOP -> new StopStep(service);
      case Steps.MEASURE -> new MeasureStep(adapters);
      case Steps.VERIFY -> new VerifyStep(service, adapters, expected());
      case PerformanceStep.NAME -> adapters.performance(service, seen);
      default -> throw new IllegalArgumentException("no step " + name);
    };
  }

  private Expected expected() {
    return switch (deed) {
      case ROLLBACK -> Expected::isBack;
      case SCALE -> Expected::isAsBefore;
      case RESTART, STOP -> Expected::isOfTask;
    };
  }

  private Service service(String runtime) {
    return adapters.service(runtime, Optional.empty());
  }
}
