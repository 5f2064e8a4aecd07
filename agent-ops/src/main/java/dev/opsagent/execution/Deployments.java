package dev.opsagent.execution;

import dev.opsagent.authority.Effect;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What runs where, as the tasks of one partition leave it. */
final class Deployments {
  /** The fact that names what a deployment brings up. */
  private static final String RELEASE = "release.digest";

  private final Map<String, DeploymentRecord> byTarget = new HashMap<>();

  void restore(DeploymentRecord record) {
    byTarget.put(record.target().key(), record);
  }

  Optional<DeploymentRecord> on(String target) {
    return Optional.ofNullable(byTarget.get(target));
  }

  /** What is known here otherwise than in the ledger. */
  Optional<String> differsFrom(Collection<DeploymentRecord> ledger) {
    boolean same =
        byTarget.size() == ledger.size()
            && ledger.stream()
                .allMatch(record -> record.equals(byTarget.get(record.target().key())));
    return same
        ? Optional.empty()
        : Optional.of("memory has " + byTarget.values() + ", the ledger has " + ledger);
  }

  /** The target's new record, when the transition changed what runs there or may run there. */
  Optional<DeploymentRecord> changed(TaskRecord before, TaskRecord after, Instant now) {
    Optional<DeploymentRecord> record = Optional.empty();
    if (undone(after) && !undone(before)) {
      record = Optional.of(takenBack(after, now));
    } else if (neverStood(after) && !neverStood(before)) {
      record = Optional.of(quarantined(known(after), after, now));
    } else if (stopped(after) && !stopped(before)) {
      DeploymentRecord was = known(after);
      record =
          Optional.of(record(after, Optional.empty(), was.lastVerified(), was.quarantined(), now));
    } else if (!status(after).equals(status(before))) {
      record = status(after).map(status -> deployed(after, status, now));
    }
    record.ifPresent(this::restore);
    return record;
  }

  /** The target's record without the digest among those that failed; empty when it is not. */
  Optional<DeploymentRecord> lifted(QuarantineLift lift, Instant now) {
    Optional<DeploymentRecord> record =
        on(lift.target().key())
            .filter(known -> known.quarantined().contains(lift.digest()))
            .map(known ->
                new DeploymentRecord(
                    known.target(),
                    known.running(),
                    known.lastVerified(),
                    known.quarantined().stream().filter(it -> !it.equals(lift.digest())).toList(),
                    known.taskId(),
                    now));
    record.ifPresent(this::restore);
    return record;
  }

  /** What is known of the task's target; of a new one, nothing. */
  private DeploymentRecord known(TaskRecord task) {
    return on(task.dispatch().target().key())
        .orElseGet(
            () -> record(task, Optional.empty(), Optional.empty(), List.of(), task.acceptedAt()));
  }

  private DeploymentRecord deployed(TaskRecord task, DeploymentStatus status, Instant now) {
    DeploymentRecord was = known(task);
    Optional<Release> release =
        Optional.of(
            new Release(
                status.version(),
                status.digest(),
                task.known().find("commit").orElse(""),
                status.runtime(),
                status.address()));
    return record(
        task, release, status.verified() ? release : was.lastVerified(), was.quarantined(), now);
  }

  /** What ran before the task runs again. */
  private DeploymentRecord takenBack(TaskRecord task, Instant now) {
    DeploymentRecord again =
        record(
            task,
            task.before().flatMap(DeploymentRecord::running),
            task.before().flatMap(DeploymentRecord::lastVerified),
            known(task).quarantined(),
            now);
    return quarantined(again, task, now);
  }

  /** The same, with what the task brought up among the releases that must not come again. */
  private static DeploymentRecord quarantined(DeploymentRecord was, TaskRecord task, Instant now) {
    List<String> digests = new ArrayList<>(was.quarantined());
    unfit(task).filter(digest -> !digests.contains(digest)).ifPresent(digests::add);
    return record(task, was.running(), was.lastVerified(), digests, now);
  }

  /** The release that has failed; one whose task was cancelled has not. */
  private static Optional<String> unfit(TaskRecord task) {
    return task.ending().filter(ending -> ending.state() == TaskState.FAILED).isPresent()
        ? status(task).map(DeploymentStatus::digest).or(() -> task.known().find(RELEASE))
        : Optional.empty();
  }

  private static DeploymentRecord record(
      TaskRecord task,
      Optional<Release> running,
      Optional<Release> lastVerified,
      List<String> quarantined,
      Instant now) {
    return new DeploymentRecord(
        task.dispatch().target(), running, lastVerified, quarantined, task.id(), now);
  }

  private static Optional<DeploymentStatus> status(TaskRecord task) {
    return task.deliverables().stream()
        .filter(DeploymentStatus.class::isInstance)
        .map(DeploymentStatus.class::cast)
        .findFirst();
  }

  private static boolean undone(TaskRecord task) {
    return task.anyStep(
        Set.of(Effect.Kind.DEPLOYMENT),
        step -> step.stood() && (step.is(Outcome.UNDONE) || step.is(Outcome.REMAINS)));
  }

  /** Whether a release failed before it ran: it is as unfit as one that was taken back. */
  private static boolean neverStood(TaskRecord task) {
    return task.ending()
            .filter(ending ->
                ending.state() == TaskState.FAILED
                    && ending.failure().code() == ReasonCode.UNHEALTHY)
            .isPresent()
        && task.anyStep(
            Set.of(Effect.Kind.DEPLOYMENT), step -> step.outcome().isPresent() && !step.stood());
  }

  private static boolean stopped(TaskRecord task) {
    return task.anyStep(
        Set.of(Effect.Kind.STOP), step -> step.is(Outcome.DONE) || step.is(Outcome.ALREADY_DONE));
  }
}
