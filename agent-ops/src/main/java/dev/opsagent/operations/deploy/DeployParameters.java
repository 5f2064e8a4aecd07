package dev.opsagent.operations.deploy;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.operations.Health;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Requirements.Scaling;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of {@code deploy}, as {@code schemas/operations/deploy.schema.json} states them:
 * an image, a published package or files of a repository, and how it runs.
 *
 * @param reference of an image, such as {@code registry/web:1.4.0} or {@code web@sha256:…}
 * @param published a package of a configured registry
 * @param source files of the commit that the task names
 * @param label the version in words; absent: the image's tag, or the start of its digest or commit
 * @param wanted where it is to run; absent: the first that can, of those the environment allows
 * @param command argument list; absent: what the image or the package's {@code start} script says
 * @param port where the service listens
 * @param env plain settings, never secrets
 * @param cpus processors that a container may use
 * @param memory bytes that a container may use
 * @param replicas how many of it run; absent: as many as run of the one before, else one
 * @param health how it proves that it serves; absent: its port takes connections
 * @param wantedStrategy how it takes the place of the one before; absent: recreate, where the
 *     environment allows it
 * @param wantedStages how callers reach it by and by, with the strategy canary
 * @param adopt whether what runs there may be replaced although it was never verified, and what
 *     somebody else made be taken over
 * @param allowDataLoss whether a person may be asked to let data go
 * @param services those of a stack by name, each with parameters of its own; absent: the target is
 *     one service
 * @param after the services of the stack that must serve before this one is deployed
 * @param atOnce how many services of the stack are worked on at once; absent: {@link
 *     #USUALLY_AT_ONCE}
 */
record DeployParameters(
    @JsonProperty("image") Optional<String> reference,
    @JsonProperty("package") Optional<Published> published,
    Optional<Source> source,
    @JsonProperty("version") Optional<String> label,
    @JsonProperty("runtime") Optional<RuntimeKind> wanted,
    Optional<List<String>> command,
    Optional<Integer> port,
    Optional<Map<String, String>> env,
    Optional<Double> cpus,
    Optional<Long> memory,
    Optional<Integer> replicas,
    Optional<Health> health,
    @JsonProperty("strategy") Optional<Strategy> wantedStrategy,
    @JsonProperty("canary") Optional<List<Stage>> wantedStages,
    @JsonProperty("adopt") Optional<Boolean> adopt,
    @JsonProperty("allowDataLoss") Optional<Boolean> allowDataLoss,
    Optional<Map<String, DeployParameters>> services,
    Optional<List<String>> after,
    @JsonProperty("parallel") Optional<Integer> atOnce) {
  private static final List<Stage> STAGES =
      List.of(new Stage(10, Duration.ofSeconds(30)), new Stage(50, Duration.ofSeconds(30)));
  private static final int USUALLY_AT_ONCE = 4;

  /** A version of a package. */
  record Published(@JsonProperty("registry") Optional<String> from, String name, String version) {
    String registry() {
      return from.orElse("npm");
    }
  }

  /**
   * A share of the callers that reach a release for a while.
   *
   * @param percent 1 to 99
   * @param time for how long it must do well with that
   */
  record Stage(int percent, @JsonProperty("for") Duration time) {}

  /**
   * Files of a repository.
   *
   * @param path the compose file, or the file or folder of Kubernetes manifests, from the
   *     repository's root; absent: where compose files usually are
   */
  record Source(Optional<String> path) {}

  /**
   * Reads the parameters of a task.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when they are not as the schema says
   */
  static DeployParameters of(TaskDispatch task) {
    DeployParameters said = Json.bind(task.parameters(), DeployParameters.class);
    return task.requirements().scaling().map(said::scaled).orElse(said);
  }

  /** The same with what the task's requirements add. */
  private DeployParameters scaled(Scaling demanded) {
    return new DeployParameters(
        reference,
        published,
        source,
        label,
        wanted,
        command,
        port,
        env,
        cpus.or(demanded::cpus),
        memory.or(demanded::memory),
        replicas.or(demanded::replicas),
        health,
        wantedStrategy,
        wantedStages,
        adopt,
        allowDataLoss,
        services,
        after,
        atOnce);
  }

  /** What can run it; the first choice first. */
  List<RuntimeKind> runtimes() {
    if (source.isPresent()) {
      return List.of(RuntimeKind.COMPOSE, RuntimeKind.KUBERNETES);
    }
    return reference.isPresent()
        ? List.of(RuntimeKind.DOCKER, RuntimeKind.KUBERNETES)
        : List.of(RuntimeKind.PROCESS);
  }

  /** How it takes the place of the one before, where it goes. */
  Strategy strategy(Optional<Environment> environment) {
    return wantedStrategy.orElseGet(() ->
        environment
            .map(Environment::strategies)
            .filter(allowed -> !allowed.contains(Strategy.RECREATE))
            .flatMap(allowed -> allowed.stream().findFirst())
            .orElse(Strategy.RECREATE));
  }

  /** How callers reach it by and by. */
  List<Stage> stages() {
    return wantedStages.orElse(STAGES);
  }

  List<String> arguments() {
    return command.orElse(List.of());
  }

  Map<String, String> environment() {
    return env.orElse(Map.of());
  }

  int parallel() {
    return atOnce.orElse(USUALLY_AT_ONCE);
  }

  boolean adopted() {
    return adopt.orElse(false);
  }

  boolean mayLoseData() {
    return allowDataLoss.orElse(false);
  }

  Health proof() {
    return health.orElse(Health.DEFAULT);
  }
}
