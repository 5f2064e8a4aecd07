package dev.opsagent.operations.push;

import dev.opsagent.authority.RepositoryPath;
import dev.opsagent.operations.BuildTimeStep;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.Health.Http;
import dev.opsagent.operations.PerformanceStep;
import dev.opsagent.operations.RepositoryRefusal;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.operations.push.PushParameters.Deploy;
import dev.opsagent.operations.push.PushParameters.Publish;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says what is wrong with a push before anything is looked up; names fields, never their values.
 *
 * @param registries names of the configured registries
 * @param runtimes kinds of the configured runtimes
 * @param environment the task's
 */
record PushRefusal(
    Set<String> registries, Set<String> runtimes, Optional<Environment> environment) {
  private static final Pattern DIST_TAG = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");
  private static final Pattern RANGE = Pattern.compile("[vV]?\\d.*|[xX]");
  private static final Pattern HTTP_PATH =
      Pattern.compile("/(?!/)(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2}){0,1023}");

  PushRefusal {
    registries = Set.copyOf(registries);
    runtimes = Set.copyOf(runtimes);
  }

  Optional<Failure> of(TaskDispatch task) {
    PushParameters parameters;
    try {
      parameters = PushParameters.of(task);
    } catch (InvalidMessage e) {
      return invalid("", e.getMessage() == null ? "are not valid" : e.getMessage());
    }
    return Stream.of(
            RequirementsRefusal.of(task, enforced(parameters)),
            RepositoryRefusal.of("push", task),
            ofBump(parameters),
            parameters.publish().flatMap(this::ofPublish),
            ofPacking(parameters),
            parameters.deploy().flatMap(this::ofDeploy),
            ofHealth(parameters),
            ofBrowser(task, parameters))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What is built is timed, and what is deployed is measured where it has a page to ask for. */
  private Set<Requirement> enforced(PushParameters parameters) {
    Set<Requirement> enforced = EnumSet.noneOf(Requirement.class);
    if (PushPlanner.packs(parameters)) {
      enforced.addAll(BuildTimeStep.ENFORCED);
    }
    boolean asked =
        parameters
            .health()
            .or(() -> environment.map(it -> Health.of(it.verification())))
            .flatMap(Health::http)
            .isPresent();
    if (parameters.deploy().isPresent() && asked) {
      enforced.addAll(PerformanceStep.ENFORCED);
    }
    return enforced;
  }

  private static Optional<Failure> ofBump(PushParameters parameters) {
    return Bump.parse(parameters.bump()).isPresent()
        ? Optional.empty()
        : invalid(
            "parameters.bump",
            "must be patch, minor, major, auto or a semantic version without build metadata");
  }

  private Optional<Failure> ofPublish(Publish publish) {
    if (!registries.contains(publish.registry())) {
      return invalid("parameters.publish.registry", "must be one of " + new TreeSet<>(registries));
    }
    boolean tag =
        DIST_TAG.matcher(publish.tag()).matches() && !RANGE.matcher(publish.tag()).matches();
    if (!tag) {
      return invalid("parameters.publish.tag", "is not a dist-tag");
    }
    boolean access =
        publish.access().filter(a -> !Set.of("public", "restricted").contains(a)).isEmpty();
    return access
        ? Optional.empty()
        : invalid("parameters.publish.access", "must be public or restricted");
  }

  private Optional<Failure> ofPacking(PushParameters parameters) {
    return PushPlanner.packs(parameters) && registries.isEmpty()
        ? refuse(
            ReasonCode.CONFIGURATION,
            "no package registry is configured, so nothing can be packed",
            "configure a registry for this worker")
        : Optional.empty();
  }

  private Optional<Failure> ofDeploy(Deploy deploy) {
    if (!runtimes.contains(deploy.kind())) {
      return invalid("parameters.deploy.kind", "must be one of " + new TreeSet<>(runtimes));
    }
    Optional<Failure> elsewhere = environment.flatMap(it -> ofEnvironment(it, deploy));
    if (elsewhere.isPresent()) {
      return elsewhere;
    }
    boolean process = deploy.kind().equals(Deploy.PROCESS);
    if (process && (deploy.file().isPresent() || deploy.project().isPresent())) {
      return invalid("parameters.deploy", "a process has no file and no project");
    }
    if (!process && deploy.command().isPresent()) {
      return invalid("parameters.deploy.command", "is for a process only");
    }
    boolean file = deploy.file().filter(path -> !RepositoryPath.isPath(path)).isEmpty();
    return file
        ? Optional.empty()
        : invalid("parameters.deploy.file", "must be a path inside the repository");
  }

  /** A task names its environment only; how things are done there, the operator says. */
  private static Optional<Failure> ofEnvironment(Environment environment, Deploy deploy) {
    boolean allowed = environment.runtimes().stream().anyMatch(it -> it.id().equals(deploy.kind()));
    if (!allowed) {
      return invalid(
          "parameters.deploy.kind",
          "is %s, which %s does not allow".formatted(deploy.kind(), environment.name()));
    }
    if (!environment.strategies().contains(Strategy.RECREATE)) {
      return invalid(
          "parameters.deploy",
          "takes the place of what runs by recreate, which %s does not allow; push without it,"
                  .formatted(environment.name())
              + " then deploy");
    }
    if (environment.promotesFrom().isPresent()) {
      return invalid(
          "parameters.deploy",
          "is new, and %s takes what was verified in %s; push without it, then deploy it there"
              .formatted(environment.name(), environment.promotesFrom().get()));
    }
    return environment.verification().metrics().isEmpty()
        ? Optional.empty()
        : invalid(
            "parameters.deploy",
            "is not verified by metrics, which %s asks for; push without it, then deploy"
                .formatted(environment.name()));
  }

  private Optional<Failure> ofHealth(PushParameters parameters) {
    if (parameters.deploy().isEmpty()) {
      return parameters.health().isPresent()
          ? invalid("parameters.health", "needs deploy")
          : Optional.empty();
    }
    if (parameters.health().flatMap(Health::metrics).isPresent()) {
      return invalid("parameters.health.metrics", "are for deploy, restart and scale only");
    }
    boolean probed =
        parameters
            .health()
            .or(() -> environment.map(it -> Health.of(it.verification())))
            .filter(h -> h.http().isPresent() || h.tcp().isPresent())
            .isPresent();
    if (!probed && parameters.deploy().get().port().isEmpty()) {
      return invalid(
          "parameters.health", "is missing, and deploy names no port: nothing would be verified");
    }
    boolean path =
        parameters
            .health()
            .flatMap(Health::http)
            .map(Http::path)
            .filter(p -> !HTTP_PATH.matcher(p).matches())
            .isEmpty();
    return path
        ? Optional.empty()
        : invalid("parameters.health.http.path", "must be an absolute path in URI form");
  }

  private static Optional<Failure> ofBrowser(TaskDispatch task, PushParameters parameters) {
    if (!parameters.openBrowser()) {
      return Optional.empty();
    }
    if (!task.target().environment().equals(Environment.LOCAL)) {
      return invalid("parameters.openBrowser", "is for environment local only");
    }
    return parameters.deploy().isPresent()
        ? Optional.empty()
        : invalid("parameters.openBrowser", "needs deploy");
  }

  private static Optional<Failure> invalid(String field, String cause) {
    return refuse(
        ReasonCode.INVALID_PARAMETERS,
        field.isEmpty() ? "parameters: " + cause : field + " " + cause,
        "correct the task and dispatch it under a new task id");
  }

  private static Optional<Failure> refuse(ReasonCode code, String cause, String fix) {
    return Optional.of(Failure.of(code, "accept the push", cause, fix));
  }
}
