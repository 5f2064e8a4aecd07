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
 * @param waits the waits that the task is in or was in, one for each state
 */
record Gating(GateReport report, List<Given> given, List<Wait> waits) {
  Gating {
    given = List.copyOf(given);
    waits = List.copyOf(waits);
  }

  /**
   * A wait for what is missing.
   *
   * @param state what is waited for
   * @param left what is left of it, once the task has left the state
   */
  record Wait(TaskState state, Instant since, Instant until, Duration left) {}

  /** The wait of that state, if the task was ever in it. */
  Optional<Wait> in(TaskState state) {
    return waits.stream().filter(it -> it.state() == state).findFirst();
  }

  Gating report(GateReport judged) {
    return new Gating(judged, given, waits);
  }

  Gating with(Given consent) {
    List<Given> all = new ArrayList<>(given);
    all.removeIf(old ->
        old.plan().equals(consent.plan()) && old.consent().by().equals(consent.consent().by()));
    all.add(consent);
    return new Gating(report, all, waits);
  }

  Gating with(Wait wait) {
    List<Wait> all = new ArrayList<>(waits);
    all.removeIf(old -> old.state() == wait.state());
    all.add(wait);
    return new Gating(report, given, all);
  }

  /** The wait is left with so much of its time to go: it goes on when it is entered again. */
  Gating leftWith(TaskState state, Duration left) {
    return in(state).map(it -> with(new Wait(state, it.since(), it.until(), left))).orElse(this);
  }
}
