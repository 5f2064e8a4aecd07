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

  /** The target's new record, when the transition changed what runs there. */
  Optional<DeploymentRecord> changed(TaskRecord before, TaskRecord after, Instant now) {
    Optional<DeploymentRecord> record =
        undone(after) && !undone(before)
            ? Optional.of(takenBack(after, now))
            : stopped(after) && !stopped(before)
                ? Optional.of(withNothing(after, now))
                : unfit(after).isPresent() && unfit(before).isEmpty()
                    ? Optional.of(without(unfit(after).get(), after, now))
                    : status(after)
                        .filter(status -> !status(before).equals(Optional.of(status)))
                        .map(status -> deployed(after, status, now));
    record.ifPresent(this::restore);
    return record;
  }

  private DeploymentRecord deployed(TaskRecord task, DeploymentStatus status, Instant now) {
    Release release =
        new Release(
            status.version(),
            status.digest(),
            task.known().find("commit").orElse(""),
            status.runtime(),
            status.address());
    Optional<DeploymentRecord> was = on(task.dispatch().target().key());
    return new DeploymentRecord(
        task.dispatch().target(),
        Optional.of(release),
        status.verified() ? Optional.of(release) : was.flatMap(DeploymentRecord::lastVerified),
        was.map(DeploymentRecord::quarantined).orElse(List.of()),
        task.id(),
        now);
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

  /** What ran was stopped; it stays what was verified last. */
  private DeploymentRecord withNothing(TaskRecord task, Instant now) {
    Optional<DeploymentRecord> was = on(task.dispatch().target().key());
    return new DeploymentRecord(
        task.dispatch().target(),
        Optional.empty(),
        was.flatMap(DeploymentRecord::lastVerified),
        was.map(DeploymentRecord::quarantined).orElse(List.of()),
        task.id(),
        now);
  }

  /** A release that did not even start is as unfit as one that was taken back. */
  private static Optional<String> unfit(TaskRecord task) {
    boolean failed =
        task.ending()
            .filter(ending ->
                ending.state() == TaskState.FAILED
                    && ending.failure().code() == ReasonCode.UNHEALTHY)
            .isPresent();
    return failed && hasFailed(task) ? task.known().find(RELEASE) : Optional.empty();
  }

  private static boolean hasFailed(TaskRecord task) {
    for (int i = 0; i < task.steps().size(); i++) {
      boolean deploys =
          task.planned(i).effects().stream().anyMatch(e -> e.kind() == Effect.Kind.DEPLOYMENT);
      StepRecord step = task.steps().get(i);
      if (deploys && step.outcome().isPresent() && !step.stood()) {
        return true;
      }
    }
    return false;
  }

  /** The same as before, with one more release that must not come again. */
  private DeploymentRecord without(String digest, TaskRecord task, Instant now) {
    Optional<DeploymentRecord> was = on(task.dispatch().target().key());
    List<String> quarantined =
        new ArrayList<>(was.map(DeploymentRecord::quarantined).orElse(List.of()));
    if (!quarantined.contains(digest)) {
      quarantined.add(digest);
    }
    return new DeploymentRecord(
        task.dispatch().target(),
        was.flatMap(DeploymentRecord::running),
        was.flatMap(DeploymentRecord::lastVerified),
        quarantined,
        task.id(),
        now);
  }

  private static boolean stopped(TaskRecord task) {
    for (int i = 0; i < task.steps().size(); i++) {
      StepRecord step = task.steps().get(i);
      boolean stops =
          task.planned(i).effects().stream().anyMatch(e -> e.kind() == Effect.Kind.STOP);
      if (stops && (step.is(Outcome.DONE) || step.is(Outcome.ALREADY_DONE))) {
        return true;
      }
    }
    return false;
  }

  private static DeploymentRecord takenBack(TaskRecord task, Instant now) {
    List<String> quarantined =
        new ArrayList<>(task.before().map(DeploymentRecord::quarantined).orElse(List.of()));
    // What was cancelled has not failed.
    task.ending()
        .filter(ending -> ending.state() == TaskState.FAILED)
        .flatMap(_ -> status(task))
        .map(DeploymentStatus::digest)
        .filter(digest -> !quarantined.contains(digest))
        .ifPresent(quarantined::add);
    return new DeploymentRecord(
        task.dispatch().target(),
        task.before().flatMap(DeploymentRecord::running),
        task.before().flatMap(DeploymentRecord::lastVerified),
        quarantined,
        task.id(),
        now);
  }

  private static Optional<DeploymentStatus> status(TaskRecord task) {
    return task.deliverables().stream()
        .filter(DeploymentStatus.class::isInstance)
        .map(DeploymentStatus.class::cast)
        .findFirst();
  }

  private static boolean undone(TaskRecord task) {
    for (int i = 0; i < task.steps().size(); i++) {
      StepRecord step = task.steps().get(i);
      boolean deploys =
          task.planned(i).effects().stream().anyMatch(e -> e.kind() == Effect.Kind.DEPLOYMENT);
      if (deploys && step.stood() && (step.is(Outcome.UNDONE) || step.is(Outcome.REMAINS))) {
        return true;
      }
    }
    return false;
  }
}
