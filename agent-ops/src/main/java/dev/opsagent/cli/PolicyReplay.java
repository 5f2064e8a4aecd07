package dev.opsagent.cli;

import dev.opsagent.audit.AuditEntry;
import dev.opsagent.authority.Judgement;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.console.Escape;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import dev.opsagent.protocol.StatusReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The plans of the past: the audit tells which task had which plan, and the reports tell which
 * paths each plan declared.
 */
final class PolicyReplay {
  private static final Duration POLL = Duration.ofSeconds(1);

  /** The reports have no end; so many polls without one are taken for it. */
  private static final int QUIET_POLLS = 5;

  private final Map<String, Planned> planned = new LinkedHashMap<>();
  private final Map<String, PlanReport> plans = new LinkedHashMap<>();

  private PolicyReplay() {}

  /** A task that had a plan, and the record that proves it. */
  private record Planned(String taskId, String target, String address) {}

  /**
   * A path that a past task declared and that the new map does not give to Ops.
   *
   * @param address of the audit record
   */
  record Refused(
      String taskId,
      String target,
      String step,
      String path,
      String owner,
      String rule,
      String address) {
    String text() {
      return "refused\t%s\t%s\t%s\t%s\t%s (%s)\t%s"
          .formatted(taskId, target, step, Escape.line(path), owner, rule, address);
    }
  }

  /** Reads both topics up to where they end now. */
  static PolicyReplay read(Bus bus) {
    PolicyReplay past = new PolicyReplay();
    bus.audit(past::audited);
    try (Bus.Reports reports = bus.reports(Optional.empty(), Bus.From.BEGINNING)) {
      int quiet = 0;
      while (quiet < QUIET_POLLS && !past.isComplete()) {
        List<StatusReport> found = reports.poll(POLL);
        found.forEach(past::reported);
        quiet = found.isEmpty() ? quiet + 1 : 0;
      }
    }
    return past;
  }

  private void audited(AuditEntry entry) {
    entry
        .decoded()
        .get()
        .filter(it -> it.planDigest().isPresent())
        .ifPresent(record -> add(record, entry.place().toString()));
  }

  private void add(AuditRecord record, String address) {
    String digest = record.planDigest().orElseThrow();
    record
        .taskId()
        .ifPresent(task ->
            planned.putIfAbsent(
                task + " " + digest, new Planned(task, record.target().key(), address)));
  }

  private void reported(StatusReport report) {
    report
        .plan()
        .ifPresent(plan -> {
          String key = report.taskId() + " " + plan.digest();
          if (planned.containsKey(key)) {
            plans.put(key, plan);
          }
        });
  }

  private boolean isComplete() {
    return plans.size() == planned.size();
  }

  /** How much of the past could be judged. */
  String summary() {
    return "%d plans of past tasks read; %d are no longer on the bus"
        .formatted(plans.size(), planned.size() - plans.size());
  }

  /** What the old map allowed and the new one refuses. */
  List<Refused> refused(OwnershipMap before, OwnershipMap after) {
    List<Refused> refused = new ArrayList<>();
    plans.forEach((key, plan) -> {
      Planned task = java.util.Objects.requireNonNull(planned.get(key));
      for (PlannedStepReport step : plan.steps()) {
        for (String path : step.paths()) {
          Optional<Judgement> refusal = after.refusal(path);
          if (refusal.isPresent() && before.refusal(path).isEmpty()) {
            refused.add(refused(task, step, path, refusal.get()));
          }
        }
      }
    });
    return refused;
  }

  private static Refused refused(
      Planned task, PlannedStepReport step, String path, Judgement judgement) {
    return new Refused(
        task.taskId(),
        task.target(),
        step.name(),
        path,
        judgement.owner().id(),
        judgement.rule(),
        task.address());
  }
}
