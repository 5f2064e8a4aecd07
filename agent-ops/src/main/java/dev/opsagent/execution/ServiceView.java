package dev.opsagent.execution;

import dev.opsagent.authority.Effect;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.DeploymentRecord.Service;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a task has done to one service.
 *
 * @param service of the stack that is the task's target; absent: the target is one service
 */
record ServiceView(TaskRecord task, Optional<String> service) {
  /** The fact that names what a deployment brings up. */
  private static final String RELEASE = "release.digest";

  /** One of each service that the task is about. */
  static List<ServiceView> all(TaskRecord task) {
    List<String> services = task.known().services();
    return services.isEmpty()
        ? List.of(new ServiceView(task, Optional.empty()))
        : services.stream().map(it -> new ServiceView(task, Optional.of(it))).toList();
  }

  /**
   * How the service is now; empty when the transition changed nothing about it.
   *
   * @param before the same of the task before the transition
   * @param was how the service was known to be
   */
  Optional<Service> changed(ServiceView before, Service was) {
    if (undone() && !before.undone()) {
      return Optional.of(takenBack(was));
    }
    if (neverStood() && !before.neverStood()) {
      return Optional.of(quarantined(was));
    }
    if (stopped() && !before.stopped()) {
      return Optional.of(new Service(Optional.empty(), was.lastVerified(), was.quarantined()));
    }
    return status().equals(before.status())
        ? Optional.empty()
        : status().map(status -> deployed(status, was));
  }

  private Service deployed(DeploymentStatus status, Service was) {
    Optional<Release> release =
        Optional.of(
            new Release(
                status.version(),
                status.digest(),
                task.known().find(service, "commit").orElse(""),
                status.runtime(),
                status.address()));
    return new Service(
        release, status.verified() ? release : was.lastVerified(), was.quarantined());
  }

  /** What ran before the task runs again. */
  private Service takenBack(Service was) {
    Optional<Service> before = task.before().map(it -> it.state(service));
    return quarantined(
        new Service(
            before.flatMap(Service::running),
            before.flatMap(Service::lastVerified),
            was.quarantined()));
  }

  /** The same, with what the task brought up among the releases that must not come again. */
  private Service quarantined(Service was) {
    List<String> digests = new ArrayList<>(was.quarantined());
    unfit().filter(digest -> !digests.contains(digest)).ifPresent(digests::add);
    return new Service(was.running(), was.lastVerified(), digests);
  }

  /**
   * The release that has failed; one whose task was cancelled has not. Of a stack, those that were
   * being brought up or verified when it failed; the others went back with them only.
   */
  private Optional<String> unfit() {
    boolean failed = task.ending().filter(it -> it.state() == TaskState.FAILED).isPresent();
    return failed && isAbout(lastBegun())
        ? task.known()
            .find(service, RELEASE)
            .filter(digest -> !digest.isEmpty())
            .or(() -> status().map(DeploymentStatus::digest))
        : Optional.empty();
  }

  private PlannedStep lastBegun() {
    int last = 0;
    for (int i = 0; i < task.steps().size(); i++) {
      last = task.steps().get(i).outcome().isPresent() ? i : last;
    }
    return task.planned(last);
  }

  private Optional<DeploymentStatus> status() {
    return task.deliverables().stream()
        .filter(DeploymentStatus.class::isInstance)
        .map(DeploymentStatus.class::cast)
        .filter(it -> it.service().equals(service))
        .findFirst();
  }

  private boolean undone() {
    return anyStep(
        Effect.Kind.DEPLOYMENT,
        step -> step.stood() && (step.is(Outcome.UNDONE) || step.is(Outcome.REMAINS)));
  }

  /** Whether a release failed before it ran: it is as unfit as one that was taken back. */
  private boolean neverStood() {
    return task.ending()
            .filter(ending ->
                ending.state() == TaskState.FAILED
                    && ending.failure().code() == ReasonCode.UNHEALTHY)
            .isPresent()
        && anyStep(Effect.Kind.DEPLOYMENT, step -> step.outcome().isPresent() && !step.stood());
  }

  private boolean stopped() {
    return anyStep(
        Effect.Kind.STOP, step -> step.is(Outcome.DONE) || step.is(Outcome.ALREADY_DONE));
  }

  /** Whether a step of this service with such an effect is as asked. */
  private boolean anyStep(Effect.Kind kind, Predicate<StepRecord> asked) {
    for (int i = 0; i < task.steps().size(); i++) {
      PlannedStep planned = task.planned(i);
      if (isAbout(planned)
          && planned.effects().stream().anyMatch(effect -> effect.kind() == kind)
          && asked.test(task.steps().get(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean isAbout(PlannedStep step) {
    return service.isEmpty()
        || step.name().endsWith(task.known().find(service, Facts.STEPS).orElse(""));
  }
}
