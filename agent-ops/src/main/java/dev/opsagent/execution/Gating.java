package dev.opsagent.execution;

import dev.opsagent.execution.Gate.Given;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the gates of a task's plan have come to.
 *
 * @param report as judged last
 * @param given every consent so far; one to another plan does not count
 * @param pause the wait that the task is in, or was in last
 */
record Gating(GateReport report, List<Given> given, Optional<Wait> pause) {
  Gating {
    given = List.copyOf(given);
  }

  /**
   * A wait for what is missing.
   *
   * @param state what is waited for
   * @param left what is left of it, once the task has left the state
   */
  record Wait(TaskState state, Instant since, Instant until, Duration left) {}

  Gating report(GateReport judged) {
    return new Gating(judged, given, pause);
  }

  Gating with(Given consent) {
    List<Given> all = new ArrayList<>(given);
    all.removeIf(old ->
        old.plan().equals(consent.plan()) && old.consent().by().equals(consent.consent().by()));
    all.add(consent);
    return new Gating(report, all, pause);
  }

  Gating in(Wait another) {
    return new Gating(report, given, Optional.of(another));
  }

  /** The wait is left with so much of its time to go: it goes on when it is entered again. */
  Gating leftWith(Duration left) {
    return new Gating(
        report, given, pause.map(it -> new Wait(it.state(), it.since(), it.until(), left)));
  }
}
