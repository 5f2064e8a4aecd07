package dev.opsagent.execution;

import dev.opsagent.authority.Effect;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What runs where, as the tasks of one partition leave it. */
final class Deployments {
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

  private static DeploymentRecord takenBack(TaskRecord task, Instant now) {
    List<String> quarantined =
        new ArrayList<>(task.before().map(DeploymentRecord::quarantined).orElse(List.of()));
    status(task).ifPresent(status -> quarantined.add(status.digest()));
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
