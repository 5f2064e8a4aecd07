package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Health;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the operations of this room refuse in common; names fields, never their values. */
final class Refusals {
  private static final Pattern HTTP_PATH =
      Pattern.compile("/(?!/)(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2}){0,1023}");

  private Refusals() {}

  /** The most that may run, its environment says. */
  static Optional<Failure> ofReplicas(Environment environment, Optional<Integer> replicas) {
    int most = environment.limits().replicas();
    return replicas.filter(it -> it > most).isPresent()
        ? invalid(
            "parameters.replicas", "is more than the %d of %s".formatted(most, environment.name()))
        : Optional.empty();
  }

  /** Likewise of what follows the load. */
  static Optional<Failure> ofMost(Environment environment, Autoscaling wanted) {
    int most = environment.limits().replicas();
    return wanted.max() > most
        ? invalid(
            "requirements.scaling.autoscaling.max",
            "is more than the %d of %s".formatted(most, environment.name()))
        : Optional.empty();
  }

  static Optional<Failure> ofHealth(Health health) {
    boolean odd =
        health
            .http()
            .map(Health.Http::path)
            .filter(path -> !HTTP_PATH.matcher(path).matches())
            .isPresent();
    return odd
        ? invalid("parameters.health.http.path", "must be an absolute path in URI form")
        : Optional.empty();
  }

  /** What metrics are asked of, the environment says; what is asked must be sound. */
  static Optional<Failure> ofMetrics(Terms terms) {
    List<MetricCheck> checks = terms.health().checks();
    if (!checks.isEmpty() && terms.prometheus().isEmpty()) {
      return invalid("parameters.health.metrics", "need an environment that names a prometheus");
    }
    return MetricCheck.fault(checks)
        .flatMap(it -> invalid("parameters.health.metrics" + it.field(), it.cause()));
  }

  /** The same terms; an environment may have changed since the task was accepted. */
  static Terms unlessMeasured(Terms terms) throws Stopped {
    Optional<Failure> refused = ofMetrics(terms);
    if (refused.isPresent()) {
      throw new Stopped(refused.get());
    }
    return terms;
  }

  static Optional<Failure> invalid(String field, String cause) {
    return Optional.of(
        Failure.of(
            ReasonCode.INVALID_PARAMETERS,
            "accept the task",
            field + " " + cause,
            "correct the task and dispatch it under a new task id"));
  }
}
