package dev.opsagent.execution;

import static java.util.stream.Collectors.joining;

import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.ApprovalCheck;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Requirements.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What became of the requirements that rules of the worker hold, rather than steps of a plan: those
 * of a beginning are told when the task begins, those of its end when it has succeeded.
 */
final class RulesKept {
  static final String DEADLINE = "deadline";
  static final String CALENDAR = "calendar";
  static final String GATE = "gate";

  private RulesKept() {}

  /** The task is about to do what its plan says. */
  static List<Deliverable> atBeginning(TaskRecord task, Optional<GateReport> judged, Instant now) {
    Requirements wanted = task.dispatch().requirements();
    Timeline timeline = wanted.timeline().orElse(Timeline.ANY);
    String began = "began at " + now;
    List<Deliverable> results = new ArrayList<>();
    timeline
        .notBefore()
        .map(at -> time(wanted, Requirement.NOT_BEFORE, began, !now.isBefore(at), CALENDAR))
        .ifPresent(results::add);
    timeline
        .notAfter()
        .map(at -> time(wanted, Requirement.NOT_AFTER, began, !now.isAfter(at), CALENDAR))
        .ifPresent(results::add);
    Optional.ofNullable(wanted.demanded().get(Requirement.APPROVALS))
        .flatMap(least -> judged.flatMap(GateReport::approval).map(it -> consent(least, it)))
        .ifPresent(results::add);
    return results;
  }

  /** A person may have let it go on although its time was over: that is told, too. */
  static List<Deliverable> atEnd(TaskRecord task, Instant now) {
    Requirements wanted = task.dispatch().requirements();
    Duration taken = Duration.between(task.acceptedAt(), now);
    List<Deliverable> results = new ArrayList<>();
    wanted
        .deadline()
        .map(
            at -> time(wanted, Requirement.DEADLINE, "ended at " + now, !now.isAfter(at), DEADLINE))
        .ifPresent(results::add);
    wanted
        .timeout()
        .map(most ->
            time(
                wanted,
                Requirement.TIMEOUT,
                "ended after " + taken,
                taken.compareTo(most) <= 0,
                DEADLINE))
        .ifPresent(results::add);
    return results;
  }

  private static Deliverable time(
      Requirements wanted, Requirement kind, String found, boolean satisfied, String check) {
    String words = wanted.times().getOrDefault(kind, "");
    return new RequirementResult(kind, words, found, satisfied, check);
  }

  private static Deliverable consent(String least, ApprovalCheck check) {
    String who =
        check.given().stream().map(it -> it.by() + " at " + it.address()).collect(joining(", "));
    String measured = "%d of %d: %s".formatted(check.given().size(), check.needed(), who);
    return new RequirementResult(Requirement.APPROVALS, least, measured, check.satisfied(), GATE);
  }
}
