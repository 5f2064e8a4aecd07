package dev.opsagent.operations.deploy;

import dev.opsagent.authority.Effect;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.MetricVerification;
import dev.opsagent.operations.deploy.DeployParameters.Stage;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.protocol.Requirements.Autoscaling;
import dev.opsagent.protocol.Target;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The steps of this room as plans state them. */
final class Steps {
  static final String VALIDATE = "validate";
  static final String FETCH = "fetch";
  static final String PROTECT = "protect";
  static final String DEPLOY = "deploy";
  static final String ROLLBACK = "rollback";
  static final String RESTART = "restart";
  static final String STOP = "stop";
  static final String SCALE = "scale";
  static final String MEASURE = "measure";
  static final String VERIFY = "verify";
  static final String RETIRE = "retire";
  static final String COMPARE = "compare";
  static final String INTRODUCE = "introduce";

  /** Followed by the percent of the callers. */
  static final String SHARE = "share-";

  static final String WATCH = "watch-";

  /** Attempts where only a passing failure is tried again: a peer that is down for a while. */
  private static final int PATIENT = 6;

  private static final Duration CHANGE = Duration.ofMinutes(5);

  private Steps() {}

  static PlannedStep validate(Target target, String version) {
    return PlannedStep.check(
        VALIDATE,
        "check that %s can be had and %s is unchanged".formatted(version, target),
        Duration.ofMinutes(5),
        PATIENT);
  }

  static PlannedStep fetch(String reference) {
    return PlannedStep.inWorkspace(FETCH, "fetch " + reference, Duration.ofMinutes(5), PATIENT);
  }

  static PlannedStep protect(Target target, String version) {
    return PlannedStep.check(
        PROTECT,
        "check that %s loses no data of %s".formatted(version, target),
        Duration.ofMinutes(2),
        PATIENT);
  }

  static PlannedStep deploy(Target target, String runtime, String version, Duration recovery) {
    return PlannedStep.effect(
        DEPLOY,
        "deploy %s to %s as a %s".formatted(version, target, runtime),
        Reversibility.REVERSIBLE,
        new Effect(Effect.Kind.DEPLOYMENT, resource(target, runtime, version)),
        recovery.compareTo(CHANGE) < 0 ? recovery : CHANGE,
        2);
  }

  static PlannedStep deployBeside(Target target, String runtime, String version, Terms terms) {
    return PlannedStep.effect(
        DEPLOY,
        "deploy %s beside what runs on %s as a %s, and let callers reach it once it serves"
            .formatted(version, target, runtime),
        Reversibility.REVERSIBLE,
        new Effect(Effect.Kind.DEPLOYMENT, resource(target, runtime, version)),
        trial(terms),
        2);
  }

  static PlannedStep roll(Target target, String runtime, String version, Terms terms) {
    return PlannedStep.effect(
        DEPLOY,
        "deploy %s to %s as a %s, replica by replica".formatted(version, target, runtime),
        Reversibility.REVERSIBLE,
        new Effect(Effect.Kind.DEPLOYMENT, resource(target, runtime, version)),
        terms.recovery(),
        2);
  }

  /** The same, after which the number of replicas follows the load. */
  static PlannedStep following(PlannedStep deploy, Autoscaling load) {
    return new PlannedStep(
        deploy.name(),
        "%s, with replicas by its load: %s".formatted(deploy.description(), load),
        deploy.workspace(),
        deploy.reversibility(),
        deploy.effects(),
        deploy.paths(),
        deploy.timeout(),
        deploy.attempts());
  }

  static PlannedStep introduce(Target target, String runtime, String version, Terms terms) {
    return PlannedStep.effect(
        INTRODUCE,
        "bring %s up beside what runs on %s as a %s, and try it"
            .formatted(version, target, runtime),
        Reversibility.REVERSIBLE,
        new Effect(Effect.Kind.DEPLOYMENT, resource(target, runtime, version) + " beside"),
        trial(terms),
        2);
  }

  static PlannedStep share(Target target, String runtime, String version, Stage stage) {
    return PlannedStep.effect(
        SHARE + stage.percent(),
        "let %d %% of the callers of %s reach %s".formatted(stage.percent(), target, version),
        Reversibility.REVERSIBLE,
        new Effect(
            Effect.Kind.DEPLOYMENT,
            "%s for %d %%".formatted(resource(target, runtime, version), stage.percent())),
        CHANGE,
        2);
  }

  static PlannedStep watch(Target target, String version, Stage stage, Health health) {
    return PlannedStep.check(
        WATCH + stage.percent(),
        "watch %s on %s with %d %% of the callers for %s"
            .formatted(version, target, stage.percent(), words(stage.time())),
        health.lasting(stage.time()).longest().plusSeconds(15),
        1);
  }

  private static String words(Duration time) {
    return time.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  static PlannedStep deployToAll(Target target, String runtime, String version, Duration recovery) {
    return PlannedStep.effect(
        DEPLOY,
        "let all callers of %s reach %s".formatted(target, version),
        Reversibility.REVERSIBLE,
        new Effect(Effect.Kind.DEPLOYMENT, resource(target, runtime, version)),
        recovery.compareTo(CHANGE) < 0 ? recovery : CHANGE,
        2);
  }

  private static Duration trial(Terms terms) {
    Duration trial = terms.health().deadline().plus(CHANGE);
    return terms.recovery().compareTo(trial) < 0 ? terms.recovery() : trial;
  }

  static PlannedStep retire(Target target, String runtime, String version) {
    return change(
        RETIRE,
        "end %s, which ran before on %s".formatted(version, target),
        Reversibility.FORWARD_ONLY,
        new Effect(Effect.Kind.RETIREMENT, resource(target, runtime, version)));
  }

  static PlannedStep rollback(Target target, String runtime, String version) {
    return change(
        ROLLBACK,
        "go back to %s on %s".formatted(version, target),
        Reversibility.FORWARD_ONLY,
        new Effect(Effect.Kind.ROLLBACK, resource(target, runtime, version)));
  }

  static PlannedStep restart(Target target, String runtime, String version) {
    return change(
        RESTART,
        "restart %s on %s".formatted(version, target),
        Reversibility.FORWARD_ONLY,
        new Effect(Effect.Kind.RESTART, resource(target, runtime, version)));
  }

  static PlannedStep scale(
      Target target,
      String runtime,
      String version,
      Optional<String> service,
      int replicas,
      Terms terms) {
    String of = service.map(it -> it + " of ").orElse("");
    String which = service.map(it -> " " + it).orElse("");
    return PlannedStep.effect(
        SCALE,
        "run %d of %s%s on %s".formatted(replicas, of, version, target),
        Reversibility.REVERSIBLE,
        new Effect(
            Effect.Kind.SCALING,
            "%s:%s@%s%s x%d".formatted(runtime, target.key(), version, which, replicas)),
        terms.recovery(),
        2);
  }

  static PlannedStep stop(Target target, String runtime) {
    return change(
        STOP,
        "stop what runs on " + target,
        Reversibility.FORWARD_ONLY,
        new Effect(Effect.Kind.STOP, runtime + ":" + target.key()));
  }

  static PlannedStep compare(Target target) {
    return PlannedStep.check(
        COMPARE,
        "compare what runs on %s with what was left there".formatted(target),
        Duration.ofMinutes(2),
        PATIENT);
  }

  /** Empty when no metric is compared with what it was before the change. */
  static Optional<PlannedStep> measure(Target target, Health health) {
    boolean compared = health.checks().stream().anyMatch(it -> it.baseline().isPresent());
    return compared
        ? Optional.of(
            PlannedStep.check(
                MEASURE,
                "measure the metrics of %s before the change".formatted(target),
                MetricVerification.longestMeasuring(health.checks()).plusSeconds(15),
                1))
        : Optional.empty();
  }

  static PlannedStep verify(Target target, String version, Health health) {
    return PlannedStep.check(
        VERIFY,
        "verify that %s serves on %s".formatted(version, target),
        health.longest().plusSeconds(15),
        1);
  }

  private static String resource(Target target, String runtime, String version) {
    return "%s:%s@%s".formatted(runtime, target.key(), version);
  }

  private static PlannedStep change(
      String name, String description, Reversibility reversibility, Effect effect) {
    return PlannedStep.effect(name, description, reversibility, effect, CHANGE, 2);
  }
}
