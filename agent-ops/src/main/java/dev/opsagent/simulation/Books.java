package dev.opsagent.simulation;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.execution.PartitionSettings;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads what is committed, as it is committed, and holds it to the rules: nothing lost, nothing
 * done twice, nothing out of order. The first rule that breaks is kept.
 */
final class Books {
  /** For transactions that take their time. */
  private static final Duration SLACK = Duration.ofSeconds(30);

  private final Scenario scenario;
  private final Inputs inputs;
  private final PartitionSettings settings;
  private final VirtualTime time;
  private final World world;
  private final Consumer<String> broken;
  private final Map<String, TaskBook> tasks = new LinkedHashMap<>();
  private final Map<String, Long> lastStarted = new HashMap<>();
  private final Map<String, DeploymentRecord> deployments = new HashMap<>();
  private final AuditChain chain = new AuditChain();
  private int answered;
  private int open;
  private int decisions;

  /**
   * @param broken told which rule is broken, and by what
   */
  Books(
      Scenario scenario,
      Inputs inputs,
      PartitionSettings settings,
      VirtualTime time,
      World world,
      Consumer<String> broken) {
    this.scenario = scenario;
    this.inputs = inputs;
    this.settings = settings;
    this.time = time;
    this.world = world;
    this.broken = broken;
  }

  /** Whether every order is answered, and every task has ended. */
  boolean complete() {
    return open == 0 && answered == orders();
  }

  int decisions() {
    return decisions;
  }

  private long orders() {
    return scenario.messages().stream().filter(it -> it.message() instanceof TaskDispatch).count();
  }

  Collection<TaskBook> tasks() {
    return tasks.values();
  }

  Optional<TaskBook> task(String taskId) {
    return Optional.ofNullable(tasks.get(taskId));
  }

  /** A worker has taken the partition over, and counts time again. */
  void restored() {
    tasks.values().forEach(task -> task.takenOver(time.nanoTime()));
  }

  void committed(Entry entry) {
    Set<String> escalated = new HashSet<>();
    for (JournalRecord record : entry.records()) {
      if (record instanceof JournalRecord.Escalated(Escalation escalation)) {
        escalation.taskId().ifPresent(escalated::add);
      }
    }
    for (JournalRecord record : entry.records()) {
      switch (record) {
        case JournalRecord.Status status -> {
          StatusReport report = status.report();
          report(report, entry.consumed(), escalated.contains(report.taskId()));
        }
        case JournalRecord.Audited(AuditRecord audited) -> audited(audited);
        case JournalRecord.Deployed(DeploymentRecord deployed) ->
            deployments.put(deployed.target().key(), deployed);
        case JournalRecord.Ledger _,
            JournalRecord.Escalated _,
            JournalRecord.Learned _,
            JournalRecord.Forwarded _,
            JournalRecord.DeadLetter _ -> {}
      }
    }
  }

  private void audited(AuditRecord record) {
    chain.verify(record).ifPresent(fault -> broken.accept("the audit chain is broken: " + fault));
    switch (record.kind()) {
      case "accepted", "repeated", "rejected" -> answered++;
      case "stopping" -> record.taskId().map(tasks::get).ifPresent(TaskBook::stop);
      default -> {}
    }
  }

  private void report(StatusReport report, Optional<Consumed> consumed, boolean escalated) {
    if (report.reason().filter(it -> it.code() == ReasonCode.CONFLICT).isPresent()) {
      return;
    }
    TaskBook task = tasks.get(report.taskId());
    if (task == null) {
      first(report, consumed);
      return;
    }
    if (report.equals(task.last())) {
      return; // came again, answered again
    }
    boolean released = task.state() == TaskState.IN_DOUBT && report.state() == TaskState.IN_DOUBT;
    if (task.ended() && !released) {
      broken.accept(task.last().state() + " was reported before " + report);
    }
    if (report.revision() != task.last().revision() + 1) {
      broken.accept("revision " + task.last().revision() + " is followed by " + report);
    }
    changed(task, report, escalated);
  }

  private void first(StatusReport report, Optional<Consumed> consumed) {
    if (report.state() != TaskState.ACCEPTED || report.revision() != 1) {
      broken.accept("a task begins with " + report);
    }
    TaskDispatch order = (TaskDispatch) inputs.get(consumed.orElseThrow()).message();
    Duration own = order.requirements().timeout().orElse(settings.taskTimeout());
    tasks.put(report.taskId(), new TaskBook(order, report, time.nanoTime(), own.plus(toUndo())));
    open++;
  }

  /** The longest that a step may go on when its task's time is over, and that undoing may take. */
  private Duration toUndo() {
    Duration sum = settings.undoTimeout().plus(settings.interruptGrace()).plus(SLACK);
    for (PlannedStep step : scenario.plan()) {
      sum = sum.plus(step.timeout());
    }
    for (Scenario.Fault fault : scenario.faults()) {
      sum = sum.plus(fault.lasts());
    }
    return sum;
  }

  private void changed(TaskBook task, StatusReport report, boolean escalated) {
    TaskState before = task.state();
    task.reported(report, time.nanoTime());
    if (before == TaskState.ACCEPTED && report.state() == TaskState.RUNNING) {
      started(task);
    }
    if (before == TaskState.AWAITING_DECISION && before != report.state()) {
      task.allow(settings.taskTimeout().plus(toUndo()));
    }
    if (before != TaskState.AWAITING_DECISION && report.state() == TaskState.AWAITING_DECISION) {
      decisions++;
      task.allow(settings.decisionTimeout());
    }
    boolean doubt = report.waiting().isPresent() && report.step().isEmpty();
    if (doubt && !escalated) {
      broken.accept("nobody was told of " + report);
    }
    if (report.state().isEnd() && !before.isEnd()) {
      ended(task, report, escalated);
    }
  }

  private void started(TaskBook task) {
    String target = task.order().target().key();
    for (TaskBook other : tasks.values()) {
      if (other != task && other.acts() && other.order().target().key().equals(target)) {
        broken.accept("%s starts while %s acts on %s".formatted(id(task), id(other), target));
      }
    }
    long place = place(task);
    Long last = lastStarted.put(target, place);
    if (last != null && last > place) {
      broken.accept(id(task) + " starts after a task that came later to " + target);
    }
  }

  /** Tasks are kept in the order in which they were accepted. */
  private long place(TaskBook task) {
    long place = 0;
    for (TaskBook other : tasks.values()) {
      if (other == task) {
        return place;
      }
      place++;
    }
    throw new IllegalStateException("not a task of these books");
  }

  private void ended(TaskBook task, StatusReport report, boolean escalated) {
    open--;
    if (task.late(time.nanoTime())) {
      broken.accept(id(task) + " ends too late, " + report.state());
    }
    if (report.state() == TaskState.IN_DOUBT && !escalated) {
      broken.accept(id(task) + " ends IN_DOUBT, and nobody was told");
    }
  }

  /** A worker begins to act for a step. */
  void begins(TaskDispatch task, PlannedStep step) {
    if (step.effects().isEmpty()) {
      return;
    }
    TaskBook book = tasks.get(task.taskId());
    if (book == null) {
      broken.accept(World.key(task, step) + " begins before the task is accepted");
      return;
    }
    if (book.ended() || book.stopping()) {
      broken.accept(World.key(task, step) + " begins although the task ends");
    }
  }

  /** A worker does what a step is for, or takes it back. */
  void acts(TaskDispatch task, PlannedStep step, Outcome intent, boolean fenced) {
    String key = World.key(task, step);
    if (fenced) {
      broken.accept(key + ": " + intent + " by a worker that was shut out");
    }
    boolean meant =
        task(task.taskId()).filter(book -> book.stands(step.name(), intent)).isPresent();
    if (!meant) {
      broken.accept(key + ": " + intent + " acts, and the journal does not say so");
    }
  }

  /** Holds the books to each other when everything is over. */
  void close(Map<Input, Long> positions) {
    for (Input input : Input.values()) {
      long position = positions.getOrDefault(input, 0L);
      if (position != inputs.count(input)) {
        broken.accept("%s stands at %d of %d".formatted(input, position, inputs.count(input)));
      }
    }
    if (answered != orders()) {
      broken.accept("%d of %d orders were answered".formatted(answered, orders()));
    }
    tasks.values().forEach(this::closed);
    deployments.values().forEach(this::runs);
  }

  private void closed(TaskBook task) {
    if (!task.ended()) {
      broken.accept(id(task) + " never ends; it is " + task.last());
      return;
    }
    if (task.state() == TaskState.IN_DOUBT) {
      return;
    }
    Set<String> standing = new HashSet<>(world.standing(id(task)));
    for (PlannedStep step : scenario.plan()) {
      if (step.effects().isEmpty()) {
        continue;
      }
      boolean expected = task.state() == TaskState.SUCCEEDED && !task.order().dryRun();
      boolean named = task.last().changes().stream().anyMatch(line -> line.contains(step.name()));
      boolean stands = standing.contains(step.name());
      if (stands != expected && !(stands && named)) {
        broken.accept(
            "%s ended %s, but %s %s"
                .formatted(
                    id(task), task.state(), step.name(), stands ? "stands" : "does not stand"));
      }
    }
  }

  /** What only a person knows of a deployment is not in its record. */
  private void runs(DeploymentRecord record) {
    String target = record.target().key();
    boolean doubt =
        tasks.values().stream()
            .filter(task -> task.order().target().key().equals(target))
            .anyMatch(task -> task.state() == TaskState.IN_DOUBT || task.vouched());
    Optional<String> said = record.running().map(DeploymentRecord.Release::version);
    if (!doubt && !said.equals(world.running(target))) {
      broken.accept(
          "%s is said to run %s, and runs %s".formatted(target, said, world.running(target)));
    }
  }

  private static String id(TaskBook task) {
    return task.order().taskId();
  }
}
