package dev.opsagent.operations.push;

import dev.opsagent.authority.Effect;
import dev.opsagent.operations.BuildTimeStep;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.PerformanceStep;
import dev.opsagent.operations.push.PushParameters.Deploy;
import dev.opsagent.operations.push.PushParameters.Publish;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes the plan of a push: a pure function of its parameters and what was observed. */
record PushPlanner(TaskDispatch task, PushParameters parameters, Observations seen) {
  static final String VALIDATE = "validate";
  static final String CHECKOUT = "checkout";
  static final String SCRIPTS = "scripts";
  static final String BUMP = "bump";
  static final String PACK = "pack";
  static final String COMMIT = "commit";
  static final String PUSH_REFS = "push-refs";
  static final String PUBLISH = "publish";
  static final String DEPLOY = "deploy";
  static final String VERIFY = "verify";
  static final String OPEN_BROWSER = "open-browser";

  /** Attempts where only a passing failure is tried again: a peer that is down for a while. */
  private static final int PATIENT = 6;

  List<PlannedStep> steps() {
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(PlannedStep.check(VALIDATE, describeValidate(), Duration.ofMinutes(1), PATIENT));
    steps.add(
        PlannedStep.inWorkspace(CHECKOUT, "check out " + place(), Duration.ofMinutes(10), PATIENT));
    if (!seen.scripts().isEmpty()) {
      String scripts = String.join(", ", seen.scripts());
      steps.add(
          PlannedStep.inWorkspace(
              SCRIPTS, "run the package's scripts " + scripts, Duration.ofMinutes(15), 2));
    }
    steps.add(PlannedStep.inWorkspace(BUMP, describeBump(), Duration.ofSeconds(30), 2));
    if (packs(parameters)) {
      steps.add(
          PlannedStep.inWorkspace(PACK, "pack " + seen.coordinates(), Duration.ofMinutes(5), 3));
    }
    BuildTimeStep.planned(task).ifPresent(steps::add);
    steps.add(commit());
    steps.add(pushRefs());
    parameters.publish().map(this::publish).ifPresent(steps::add);
    parameters.deploy().ifPresent(deploy -> addDeployment(deploy, steps));
    return steps;
  }

  /** Whether the release is a tarball: one to publish, or to start as a process. */
  static boolean packs(PushParameters parameters) {
    return parameters.publish().isPresent()
        || parameters.deploy().filter(d -> d.kind().equals(Deploy.PROCESS)).isPresent();
  }

  /** The steps that build what is released. */
  static List<String> building(Observations seen) {
    return seen.scripts().isEmpty() ? List.of(PACK) : List.of(SCRIPTS, PACK);
  }

  private Target target() {
    return task.target();
  }

  private String place() {
    return "%s at %s".formatted(seen.branch(), seen.base().substring(0, 7));
  }

  private String describeValidate() {
    return "check that %s is unchanged and %s is free".formatted(place(), seen.coordinates());
  }

  private String describeBump() {
    return "raise the version from %s to %s".formatted(seen.current(), seen.next());
  }

  private PlannedStep commit() {
    return new PlannedStep(
        COMMIT,
        "commit %s and tag it %s".formatted(String.join(", ", seen.releaseFiles()), seen.tag()),
        true,
        Reversibility.REVERSIBLE,
        List.of(),
        seen.releaseFiles(),
        Duration.ofMinutes(1),
        2);
  }

  private PlannedStep pushRefs() {
    Effect effect =
        new Effect(
            Effect.Kind.GIT_REFS,
            "%s %s %s".formatted(seen.url(), seen.branchRef(), seen.tagRef()));
    return PlannedStep.effect(
        PUSH_REFS,
        "push %s and %s to %s".formatted(seen.branch(), seen.tag(), seen.url()),
        Reversibility.FORWARD_ONLY,
        effect,
        Duration.ofMinutes(3),
        PATIENT);
  }

  private PlannedStep publish(Publish publish) {
    String resource = publish.registry() + ":" + seen.coordinates();
    return PlannedStep.effect(
        PUBLISH,
        "publish %s under the tag %s".formatted(resource, publish.tag()),
        Reversibility.FORWARD_ONLY,
        new Effect(Effect.Kind.PACKAGE_PUBLISH, resource),
        Duration.ofMinutes(5),
        PATIENT);
  }

  private void addDeployment(Deploy deploy, List<PlannedStep> steps) {
    String resource = "%s:%s@%s".formatted(deploy.kind(), target().key(), seen.next());
    steps.add(
        PlannedStep.effect(
            DEPLOY,
            "deploy %s to %s as a %s".formatted(seen.next(), target().key(), deploy.kind()),
            Reversibility.REVERSIBLE,
            new Effect(Effect.Kind.DEPLOYMENT, resource),
            Duration.ofMinutes(5),
            2));
    Duration deadline = seen.health().or(parameters::health).orElse(Health.DEFAULT).longest();
    steps.add(
        PlannedStep.check(
            VERIFY,
            "verify that %s serves on %s".formatted(seen.next(), target().key()),
            deadline.plusSeconds(15),
            1));
    PerformanceStep.planned(task, seen.next()).ifPresent(steps::add);
    if (parameters.openBrowser()) {
      steps.add(
          PlannedStep.effect(
              OPEN_BROWSER,
              "open the browser on " + target().key(),
              Reversibility.IRREVERSIBLE,
              new Effect(Effect.Kind.BROWSER, target().key()),
              Duration.ofSeconds(20),
              1));
    }
  }
}
