package dev.opsagent.execution;

import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Service;
import dev.opsagent.protocol.QuarantineLift;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
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

  /** The target's new record, when the transition changed what runs there or may run there. */
  Optional<DeploymentRecord> changed(TaskRecord before, TaskRecord after, Instant at) {
    DeploymentRecord record =
        on(after.dispatch().target().key())
            .orElseGet(() ->
                DeploymentRecord.unknown(
                    after.dispatch().target(), after.id(), after.acceptedAt()));
    boolean changed = false;
    for (ServiceView now : ServiceView.all(after)) {
      Optional<Service> state =
          now.changed(new ServiceView(before, now.service()), record.state(now.service()));
      if (state.isPresent()) {
        record = record.with(now.service(), state.get(), after.id(), at);
        changed = true;
      }
    }
    if (!changed) {
      return Optional.empty();
    }
    restore(record);
    return Optional.of(record);
  }

  /** The target's record without the digest among those that failed; empty when it is not. */
  Optional<DeploymentRecord> lifted(QuarantineLift lift, Instant now) {
    Optional<DeploymentRecord> record =
        on(lift.target().key())
            .filter(known -> known.hasQuarantined(lift.digest()))
            .map(known -> known.lifted(lift.digest(), now));
    record.ifPresent(this::restore);
    return record;
  }
}
