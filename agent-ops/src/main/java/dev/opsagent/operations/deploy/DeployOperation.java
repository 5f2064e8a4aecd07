package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Artifact.Found;
import dev.opsagent.operations.deploy.DeployParameters.Published;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * {@code deploy}: replaces what runs on a target, and proves that the new release serves. When it
 * does not, what ran before is brought back by itself, and the release is not taken again.
 */
public final class DeployOperation implements Operation {
  private static final String LATEST = "latest";

  private final Adapters adapters;

  public DeployOperation(Adapters adapters) {
    this.adapters = adapters;
  }

  @Override
  public String name() {
    return "deploy";
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    DeployParameters parameters;
    try {
      parameters = DeployParameters.of(task);
    } catch (InvalidMessage e) {
      return Refusals.invalid("parameters", String.valueOf(e.getMessage()));
    }
    return Stream.of(
            Refusals.ofRequirements(name(), task.requirements()),
            ofRuntime(parameters),
            ofStrategy(task, parameters),
            adapters.environment(task).flatMap(it -> ofEnvironment(it, parameters)),
            parameters.published().flatMap(this::ofPackage),
            parameters.reference().flatMap(image -> ofImage(image, task)),
            ofProof(task, parameters))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<Failure> ofRuntime(DeployParameters parameters) {
    if (parameters.reference().isPresent() == parameters.published().isPresent()) {
      return Refusals.invalid("parameters", "must name an image or a package, and not both");
    }
    boolean limited = parameters.cpus().isPresent() || parameters.memory().isPresent();
    if (limited && parameters.published().isPresent()) {
      return Refusals.invalid("parameters.cpus and memory", "are for an image only");
    }
    return adapters.runtimes().containsKey(parameters.runtime())
        ? Optional.empty()
        : Refusals.invalid("parameters", "need the runtime " + parameters.runtime());
  }

  private Optional<Failure> ofStrategy(TaskDispatch task, DeployParameters parameters) {
    Optional<Environment> environment = adapters.environment(task);
    Strategy strategy = parameters.strategy(environment);
    Optional<ServiceRuntime> runtime =
        Optional.ofNullable(adapters.runtimes().get(parameters.runtime()));
    if (runtime.filter(it -> !it.strategies().contains(strategy)).isPresent()) {
      return Refusals.invalid(
          "parameters.strategy",
          "is %s, which a %s cannot do".formatted(strategy.id(), parameters.runtime()));
    }
    if (environment.filter(it -> !it.strategies().contains(strategy)).isPresent()) {
      return Refusals.invalid(
          "parameters.strategy",
          "is %s, which %s does not allow".formatted(strategy.id(), task.target().environment()));
    }
    return strategy == Strategy.BLUE_GREEN && parameters.port().isEmpty()
        ? Refusals.invalid("parameters.port", "is missing: callers come in there")
        : Optional.empty();
  }

  /** A task names its environment only; what it may do there, the operator says. */
  private static Optional<Failure> ofEnvironment(
      Environment environment, DeployParameters parameters) {
    boolean runtime =
        environment.runtimes().stream().anyMatch(it -> it.id().equals(parameters.runtime()));
    if (!runtime) {
      return Refusals.invalid(
          "parameters",
          "need the runtime %s, which %s has not"
              .formatted(parameters.runtime(), environment.name()));
    }
    Limits limits = environment.limits();
    boolean cpus =
        parameters
            .cpus()
            .filter(it -> limits.cpus().filter(most -> it > most.doubleValue()).isPresent())
            .isPresent();
    boolean memory =
        parameters
            .memory()
            .filter(it -> limits.memory().filter(most -> it > most).isPresent())
            .isPresent();
    return cpus || memory
        ? Refusals.invalid(
            cpus ? "parameters.cpus" : "parameters.memory",
            "is more than %s allows".formatted(environment.name()))
        : Optional.empty();
  }

  private Optional<Failure> ofPackage(Published published) {
    return adapters.registries().containsKey(published.registry())
        ? Optional.empty()
        : Refusals.invalid(
            "parameters.package.registry",
            "must be one of " + new TreeSet<>(adapters.registries().keySet()));
  }

  /** What {@code latest} is changes with the day; nobody could say later what was deployed. */
  private Optional<Failure> ofImage(String image, TaskDispatch task) {
    boolean pinned = image.contains("@") || image.startsWith("sha256:");
    int colon = image.lastIndexOf(':');
    boolean tagged = colon > image.lastIndexOf('/') && !image.substring(colon + 1).equals(LATEST);
    return pinned || tagged || isLocal(task)
        ? Optional.empty()
        : Refusals.invalid(
            "parameters.image", "must have a digest, or a tag other than latest, outside local");
  }

  private boolean isLocal(TaskDispatch task) {
    return adapters.environment(task).filter(it -> it.kind() == Environment.Kind.LOCAL).isPresent();
  }

  private Optional<Failure> ofProof(TaskDispatch task, DeployParameters parameters) {
    Terms terms = Terms.of(adapters.environment(task), parameters.proof());
    Health health = terms.health();
    boolean proved =
        parameters.port().isPresent()
            || health.tcp().filter(tcp -> tcp.at().isPresent()).isPresent();
    return proved
        ? Refusals.ofHealth(health).or(() -> Refusals.ofMetrics(terms))
        : Refusals.invalid("parameters.port", "is missing: nothing would be verified");
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    DeployParameters parameters = DeployParameters.of(task);
    try {
      Optional<Running> running = service(parameters).running(context);
      refuseElsewhere(context, parameters.runtime());
      Found found = artifact(parameters).find();
      refuseQuarantined(context, found.release().digest());
      if (running.isPresent() && !parameters.adopted()) {
        refuseUnverified(context, running.get());
      }
      Sight seen =
          new Sight(
              parameters.runtime(),
              running.map(Before::of),
              Optional.of(found.release()),
              Optional.of(found.reference()),
              Refusals.unlessMeasured(terms(task, parameters)));
      return new Resolution.Resolved(seen.facts());
    } catch (Stopped stopped) {
      return new Resolution.Unresolved(stopped.failure());
    }
  }

  /** What the task leaves open, its environment decides. */
  private Terms terms(TaskDispatch task, DeployParameters parameters) {
    Optional<Environment> environment = adapters.environment(task);
    Optional<Limits> limits = environment.map(Environment::limits);
    return Terms.of(environment, parameters.proof())
        .limited(
            parameters.cpus().or(() -> limits.flatMap(Limits::cpus).map(BigDecimal::doubleValue)),
            parameters.memory().or(() -> limits.flatMap(Limits::memory)))
        .by(parameters.strategy(environment));
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
  public Plan plan(TaskDispatch task, Facts observations) {
    DeployParameters parameters = DeployParameters.of(task);
    Sight seen = Sight.of(observations);
    String version = seen.wanted().version();
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(Steps.validate(task.target(), version));
    if (parameters.published().isPresent()) {
      steps.add(Steps.fetch(seen.reference().orElse(version)));
    }
    Steps.measure(task.target(), seen.terms().health()).ifPresent(steps::add);
    steps.add(deploy(task, seen, version));
    steps.add(Steps.verify(task.target(), version, seen.terms().health()));
    seen.running()
        .filter(_ -> seen.terms().isBlueGreen())
        .ifPresent(
            before -> steps.add(Steps.retire(task.target(), seen.runtime(), before.version())));
    return Plan.of(observations, steps);
  }

  private static PlannedStep deploy(TaskDispatch task, Sight seen, String version) {
    Terms terms = seen.terms();
    return terms.isBlueGreen()
        ? Steps.deployBeside(task.target(), seen.runtime(), version, terms)
        : Steps.deploy(task.target(), seen.runtime(), version, terms.recovery());
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    DeployParameters parameters = DeployParameters.of(task);
    Optional<Peer> peer =
        planned.name().equals(Steps.DEPLOY)
            ? Optional.of(new Peer(parameters.runtime(), task.target().key()))
            : Optional.empty();
    return new GuardedStep(planned.description(), peer, step(planned.name(), parameters));
  }

  private FallibleStep step(String name, DeployParameters parameters) {
    Service service = service(parameters);
    return switch (name) {
      case Steps.VALIDATE -> new ValidateStep(service, artifact(parameters));
      case Steps.FETCH -> new FetchStep(adapters.workspaces(), artifact(parameters));
      case Steps.DEPLOY -> new DeployStep(service, adapters, parameters);
      case Steps.MEASURE -> new MeasureStep(adapters);
      case Steps.VERIFY -> new VerifyStep(service, adapters, Expected::isRelease);
      case Steps.RETIRE -> new RetireStep(service);
      default -> throw new IllegalArgumentException("a deploy has no step " + name);
    };
  }

  private Service service(DeployParameters parameters) {
    return adapters.service(parameters.runtime(), parameters.port());
  }

  private Artifact artifact(DeployParameters parameters) {
    return parameters
        .published()
        .<Artifact>map(it -> new Artifact.OfPackage(registry(it), it))
        .orElseGet(() ->
            new Artifact.OfImage(
                adapters.images(), parameters.reference().orElseThrow(), parameters.label()));
  }

  private PackageRegistry registry(Published published) {
    return Optional.ofNullable(adapters.registries().get(published.registry()))
        .orElseThrow(() -> new IllegalStateException("checked at intake"));
  }
}
