package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Health;
import dev.opsagent.operations.PerformanceStep;
import dev.opsagent.operations.RepositoryRefusal;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.operations.deploy.DeployParameters.Published;
import dev.opsagent.operations.deploy.DeployParameters.Source;
import dev.opsagent.operations.deploy.DeployParameters.Stage;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements.Autoscaling;
import dev.opsagent.protocol.Requirements.Scaling;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a deploy must be like to be taken, by its parameters and by its environment as it is now.
 *
 * @param operation its name
 */
record Acceptance(String operation, Adapters adapters) {
  private static final String SAID = "is said by the manifests";
  private static final String LATEST = "latest";
  private static final Duration LONGEST_STAGE = Duration.ofDays(1);

  /** Why the task is not taken; empty when it is. */
  Optional<Failure> refuse(TaskDispatch task) {
    DeployParameters parameters;
    try {
      parameters = DeployParameters.of(task);
    } catch (InvalidMessage e) {
      return Refusals.invalid("parameters", String.valueOf(e.getMessage()));
    }
    return Stream.of(
            RequirementsRefusal.of(task, enforced(task, parameters)),
            ofScaling(task),
            ofKind(parameters),
            parameters.source().flatMap(_ -> RepositoryRefusal.of(operation, task)),
            ofRuntime(task, parameters),
            ofManifests(task, parameters),
            ofStrategy(task, parameters),
            ofReplicas(task, parameters),
            ofAutoscaling(task, parameters),
            adapters.environment(task).flatMap(it -> ofLimits(it, parameters)),
            parameters.published().flatMap(this::ofPackage),
            parameters.reference().flatMap(image -> ofImage(image, task, parameters)),
            ofProof(task, parameters))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What can be held where it is to run. */
  private Set<Requirement> enforced(TaskDispatch task, DeployParameters parameters) {
    Set<Requirement> enforced = EnumSet.noneOf(Requirement.class);
    boolean sized = !(parameters.source().isPresent() && isOnCluster(task, parameters));
    Optional<ServiceRuntime> runtime =
        runtime(task, parameters).flatMap(it -> adapters.find(it.id()));
    boolean replicated = runtime.filter(ServiceRuntime::replicates).isPresent();
    if (Terms.of(adapters.environment(task), parameters.proof()).health().http().isPresent()) {
      enforced.addAll(PerformanceStep.ENFORCED);
    }
    if (sized && replicated) {
      enforced.add(Requirement.REPLICAS);
    }
    if (parameters.reference().isPresent()) {
      enforced.addAll(EnumSet.of(Requirement.CPUS, Requirement.MEMORY));
      runtime
          .filter(ServiceRuntime::autoscales)
          .ifPresent(_ -> enforced.add(Requirement.AUTOSCALING));
    }
    return enforced;
  }

  /** What is said in both places must agree. */
  private static Optional<Failure> ofScaling(TaskDispatch task) {
    DeployParameters said = Json.bind(task.parameters(), DeployParameters.class);
    return task.requirements()
        .scaling()
        .flatMap(it ->
            Stream.of(
                    otherwise("replicas", it.replicas(), said.replicas()),
                    otherwise("cpus", it.cpus(), said.cpus()),
                    otherwise("memory", it.memory(), said.memory()))
                .flatMap(Optional::stream)
                .findFirst());
  }

  private static <N> Optional<Failure> otherwise(
      String field, Optional<N> demanded, Optional<N> said) {
    return demanded.isPresent() && said.isPresent() && !demanded.equals(said)
        ? Refusals.invalid("requirements.scaling." + field, "is said otherwise in the parameters")
        : Optional.empty();
  }

  private static Optional<Failure> ofKind(DeployParameters parameters) {
    long named =
        Stream.of(parameters.reference(), parameters.published(), parameters.source())
            .filter(Optional::isPresent)
            .count();
    if (named != 1) {
      return Refusals.invalid("parameters", "must name an image, a package or a source, and one");
    }
    boolean limited = parameters.cpus().isPresent() || parameters.memory().isPresent();
    if (limited && parameters.reference().isEmpty()) {
      return Refusals.invalid("parameters.cpus and memory", "are for an image only");
    }
    return parameters.command().isPresent() && parameters.source().isPresent()
        ? Refusals.invalid("parameters.command", "is said by the files of the source")
        : Optional.empty();
  }

  private Optional<Failure> ofRuntime(TaskDispatch task, DeployParameters parameters) {
    List<String> possible = possible(task, parameters).map(RuntimeKind::id).toList();
    if (possible.isEmpty()) {
      return Refusals.invalid(
          "parameters",
          "need a runtime of %s, and %s allows none of them"
              .formatted(
                  parameters.runtimes().stream().map(RuntimeKind::id).toList(),
                  task.target().environment()));
    }
    Optional<RuntimeKind> runtime = runtime(task, parameters);
    if (runtime.isEmpty()) {
      return Refusals.invalid("parameters.runtime", "must be one of " + possible);
    }
    return adapters.runtimes().containsKey(runtime.get().id())
        ? Optional.empty()
        : Refusals.invalid("parameters", "need the runtime " + runtime.get().id());
  }

  /** Manifests say everything by themselves. */
  private Optional<Failure> ofManifests(TaskDispatch task, DeployParameters parameters) {
    if (parameters.source().isEmpty() || !isOnCluster(task, parameters)) {
      return Optional.empty();
    }
    if (parameters.source().flatMap(Source::path).isEmpty()) {
      return Refusals.invalid(
          "parameters.source.path", "is missing: the file or folder of the manifests");
    }
    if (parameters.replicas().isPresent()) {
      return Refusals.invalid("parameters.replicas", SAID);
    }
    if (parameters.wantedStrategy().isPresent()) {
      return Refusals.invalid("parameters.strategy", SAID);
    }
    return parameters.env().isPresent()
        ? Refusals.invalid("parameters.env", SAID)
        : Optional.empty();
  }

  /** Where it is to run: as the task says, else the first that its environment allows. */
  Optional<RuntimeKind> runtime(TaskDispatch task, DeployParameters parameters) {
    return possible(task, parameters)
        .filter(kind -> parameters.wanted().map(kind::equals).orElse(true))
        .findFirst();
  }

  /** What can run it, and its environment allows. */
  private Stream<RuntimeKind> possible(TaskDispatch task, DeployParameters parameters) {
    Set<RuntimeKind> allowed =
        adapters
            .environment(task)
            .map(Environment::runtimes)
            .orElse(EnumSet.allOf(RuntimeKind.class));
    return parameters.runtimes().stream().filter(allowed::contains);
  }

  private Optional<Failure> ofStrategy(TaskDispatch task, DeployParameters parameters) {
    Optional<Environment> environment = adapters.environment(task);
    Strategy strategy = parameters.strategy(environment);
    Optional<ServiceRuntime> runtime =
        runtime(task, parameters).flatMap(kind -> adapters.find(kind.id()));
    if (runtime.filter(it -> !it.strategies().contains(strategy)).isPresent()) {
      return Refusals.invalid(
          "parameters.strategy",
          "is %s, which the runtime %s cannot do"
              .formatted(strategy.id(), runtime.orElseThrow().kind()));
    }
    if (environment.filter(it -> !it.strategies().contains(strategy)).isPresent()) {
      return Refusals.invalid(
          "parameters.strategy",
          "is %s, which %s does not allow".formatted(strategy.id(), task.target().environment()));
    }
    if (strategy != Strategy.RECREATE && parameters.port().isEmpty()) {
      return Refusals.invalid("parameters.port", "is missing: callers come in there");
    }
    return ofStages(strategy, parameters);
  }

  /** On one machine, only what stands behind the front shares its port. */
  private Optional<Failure> ofReplicas(TaskDispatch task, DeployParameters parameters) {
    if (parameters.replicas().filter(it -> it > 1).isEmpty()) {
      return Optional.empty();
    }
    Optional<Environment> environment = adapters.environment(task);
    RuntimeKind kind = runtime(task, parameters).orElseThrow();
    if (!adapters.find(kind.id()).orElseThrow().replicates()) {
      return Refusals.invalid(
          "parameters.replicas",
          "is more than 1, and the runtime %s runs one of each service".formatted(kind.id()));
    }
    boolean alone =
        kind != RuntimeKind.KUBERNETES && parameters.strategy(environment) == Strategy.RECREATE;
    return alone
        ? Refusals.invalid(
            "parameters.strategy",
            "must be rolling, blue-green or canary where more than one is to run")
        : environment.flatMap(it -> Refusals.ofReplicas(it, parameters.replicas()));
  }

  /** An autoscaler goes by the share that is used of the processors which a replica asks for. */
  private Optional<Failure> ofAutoscaling(TaskDispatch task, DeployParameters parameters) {
    Optional<Autoscaling> wanted = task.requirements().scaling().flatMap(Scaling::autoscaling);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    if (parameters.replicas().isPresent()) {
      return Refusals.invalid(
          "parameters.replicas, or requirements.scaling.replicas,",
          "is for the autoscaler of requirements.scaling.autoscaling to say");
    }
    Optional<Environment> environment = adapters.environment(task);
    boolean known =
        parameters.cpus().isPresent()
            || environment.map(Environment::limits).flatMap(Limits::cpus).isPresent();
    return known
        ? environment.flatMap(it -> Refusals.ofMost(it, wanted.get()))
        : Refusals.invalid(
            "requirements.scaling.cpus", "is missing: autoscaling goes by the share of it");
  }

  private static Optional<Failure> ofStages(Strategy strategy, DeployParameters parameters) {
    if (parameters.wantedStages().isPresent() && strategy != Strategy.CANARY) {
      return Refusals.invalid("parameters.canary", "is for the strategy canary");
    }
    int before = 0;
    for (Stage stage : parameters.stages()) {
      if (stage.percent() <= before) {
        return Refusals.invalid("parameters.canary", "must let more callers in at each stage");
      }
      if (stage.time().compareTo(LONGEST_STAGE) > 0) {
        return Refusals.invalid("parameters.canary", "has a stage of more than a day");
      }
      before = stage.percent();
    }
    return Optional.empty();
  }

  /** A task names its environment only; what it may do there, the operator says. */
  private static Optional<Failure> ofLimits(Environment environment, DeployParameters parameters) {
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
  private Optional<Failure> ofImage(String image, TaskDispatch task, DeployParameters parameters) {
    if (isOnCluster(task, parameters) && !Artifact.OfDigest.isPinned(image)) {
      return Refusals.invalid(
          "parameters.image", "must be NAME@sha256:DIGEST, since the cluster pulls it by itself");
    }
    boolean pinned = image.contains("@") || image.startsWith("sha256:");
    int colon = image.lastIndexOf(':');
    boolean tagged = colon > image.lastIndexOf('/') && !image.substring(colon + 1).equals(LATEST);
    return pinned || tagged || isLocal(task)
        ? Optional.empty()
        : Refusals.invalid(
            "parameters.image", "must have a digest, or a tag other than latest, outside local");
  }

  private boolean isOnCluster(TaskDispatch task, DeployParameters parameters) {
    return runtime(task, parameters).filter(RuntimeKind.KUBERNETES::equals).isPresent();
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
}
