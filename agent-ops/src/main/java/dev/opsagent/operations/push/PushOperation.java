package dev.opsagent.operations.push;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.execution.Timers;
import dev.opsagent.operations.BuildTimeStep;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.LateStep;
import dev.opsagent.operations.PerformanceStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.Verification;
import dev.opsagent.operations.push.PushParameters.Deploy;
import dev.opsagent.operations.push.PushParameters.Publish;
import dev.opsagent.outside.Browser;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.PackageScripts;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * {@code push}: releases the next version of an npm package from a branch, with two legal ends.
 * Either everything is released, or it is withdrawn: before the refs are pushed that leaves
 * nothing, after it what stays visible is named.
 */
public final class PushOperation implements Operation {
  private static final String NAME = "push";

  private final ReleaseSource sources;
  private final Map<String, PackageRegistry> registries;
  private final PackageScripts scripts;
  private final Map<String, ServiceRuntime> runtimes;
  private final Supplier<Environments> environments;
  private final HealthProbe health;
  private final Browser browser;
  private final InstantSource clock;
  private final Readback readback;

  /**
   * @param registries by configured name
   * @param runtimes by kind
   * @param environments those in force now
   * @param owners the map that changes are judged by
   */
  public PushOperation(
      Repository repository,
      Map<String, PackageRegistry> registries,
      PackageScripts scripts,
      Map<String, ServiceRuntime> runtimes,
      Supplier<Environments> environments,
      HealthProbe health,
      Browser browser,
      Workspaces workspaces,
      OwnershipMap owners,
      Timers timers) {
    this(
        new ReleaseSource(repository, workspaces, owners),
        registries,
        scripts,
        runtimes,
        environments,
        health,
        browser,
        timers::now,
        Readback.of(timers));
  }

  PushOperation(
      ReleaseSource sources,
      Map<String, PackageRegistry> registries,
      PackageScripts scripts,
      Map<String, ServiceRuntime> runtimes,
      Supplier<Environments> environments,
      HealthProbe health,
      Browser browser,
      InstantSource clock,
      Readback readback) {
    this.sources = sources;
    this.registries = Map.copyOf(registries);
    this.scripts = scripts;
    this.runtimes = Map.copyOf(runtimes);
    this.environments = environments;
    this.health = health;
    this.browser = browser;
    this.clock = clock;
    this.readback = readback;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return new PushRefusal(registries.keySet(), runtimes.keySet(), environment(task)).of(task);
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    PushParameters parameters = PushParameters.of(task);
    PushResolver resolver =
        new PushResolver(
            sources,
            parameters,
            publishesTo(parameters),
            runsOn(parameters),
            environment(task),
            clock);
    try {
      return new Resolution.Resolved(resolver.observe(context).facts());
    } catch (Stopped | IOException | UncheckedIOException e) {
      return new Resolution.Unresolved(GuardedStep.failure("look up what to release", e));
    }
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return Observations.of(observations).subjects();
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    PushParameters parameters = PushParameters.of(task);
    Observations seen = Observations.of(observations);
    return Plan.of(seen.decisive(), new PushPlanner(task, parameters, seen).steps());
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    PushParameters parameters = PushParameters.of(task);
    return new GuardedStep(
        planned.description(),
        peer(planned, task, parameters),
        timed(planned.name(), task, step(planned.name(), parameters)));
  }

  private FallibleStep timed(String name, TaskDispatch task, FallibleStep step) {
    boolean builds = name.equals(PushPlanner.SCRIPTS) || name.equals(PushPlanner.PACK);
    return builds && BuildTimeStep.planned(task).isPresent()
        ? BuildTimeStep.timed(name, step, readback.pace())
        : step;
  }

  private static Optional<Peer> peer(
      PlannedStep planned, TaskDispatch task, PushParameters parameters) {
    return switch (planned.name()) {
      case PushPlanner.VALIDATE, PushPlanner.CHECKOUT, PushPlanner.PUSH_REFS ->
          task.repository().map(repository -> new Peer("git", repository.url()));
      case PushPlanner.PUBLISH ->
          parameters.publish().map(publish -> new Peer("registry", publish.registry()));
      case PushPlanner.DEPLOY ->
          parameters.deploy().map(deploy -> new Peer(deploy.kind(), task.target().key()));
      default -> Optional.empty();
    };
  }

  private FallibleStep step(String name, PushParameters parameters) {
    return switch (name) {
      case PushPlanner.VALIDATE -> new ValidateStep(sources.repository(), publishesTo(parameters));
      case PushPlanner.CHECKOUT -> new CheckoutStep(sources);
      case PushPlanner.SCRIPTS -> new ScriptsStep(sources, scripts, clock);
      case PushPlanner.BUMP -> new BumpStep(sources);
      case PushPlanner.PACK -> new PackStep(sources, packsWith(parameters));
      case BuildTimeStep.NAME ->
          new LateStep(
              context -> new BuildTimeStep(PushPlanner.building(Observations.of(context.facts()))));
      case PushPlanner.COMMIT -> new CommitStep(sources);
      case PushPlanner.PUSH_REFS -> new PushRefsStep(sources);
      case PushPlanner.PUBLISH -> publish(parameters);
      case PushPlanner.DEPLOY -> new DeployStep(sources, deployment(parameters));
      case PushPlanner.VERIFY -> new LateStep(context -> verify(parameters, context));
      case PerformanceStep.NAME -> new LateStep(context -> performance(parameters, context));
      case PushPlanner.OPEN_BROWSER -> new OpenBrowserStep(sources, browser);
      default -> throw new IllegalArgumentException("a push has no step " + name);
    };
  }

  private FallibleStep publish(PushParameters parameters) {
    PackageRegistry registry = publishesTo(parameters).orElseThrow();
    return new PublishStep(sources, registry, parameters.publish().orElseThrow(), readback);
  }

  private FallibleStep verify(PushParameters parameters, StepContext context) {
    Health wanted = wanted(parameters, context);
    return new VerifyStep(
        deployment(parameters), new Verification(health, wanted, readback.pace()));
  }

  private FallibleStep performance(PushParameters parameters, StepContext context) {
    return new PerformanceStep(
        deployment(parameters).service(),
        health,
        wanted(parameters, context).http(),
        readback.pace());
  }

  private static Health wanted(PushParameters parameters, StepContext context) {
    return Observations.of(context.facts()).health().or(parameters::health).orElse(Health.DEFAULT);
  }

  private Deployment deployment(PushParameters parameters) {
    return new Deployment(runsOn(parameters).orElseThrow(), parameters.deploy().orElseThrow());
  }

  private Optional<Environment> environment(TaskDispatch task) {
    return environments.get().find(task.target().environment());
  }

  private Optional<PackageRegistry> publishesTo(PushParameters parameters) {
    return parameters
        .publish()
        .map(Publish::registry)
        .flatMap(name -> Optional.ofNullable(registries.get(name)));
  }

  /** Packing is the same for every registry; without a publish the first one does it. */
  private PackageRegistry packsWith(PushParameters parameters) {
    return publishesTo(parameters)
        .orElseGet(() -> new TreeMap<>(registries).firstEntry().getValue());
  }

  private Optional<ServiceRuntime> runsOn(PushParameters parameters) {
    return parameters
        .deploy()
        .map(Deploy::kind)
        .flatMap(kind -> Optional.ofNullable(runtimes.get(kind)));
  }
}
