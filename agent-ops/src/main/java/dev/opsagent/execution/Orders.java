package dev.opsagent.execution;

import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.KnownTasks.Known;
import dev.opsagent.execution.PartitionEngine.Ports;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EscalationAcknowledge;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the PM and people say: orders become tasks or are answered, and words on tasks reach the
 * task that they are about. Called in turns of the engine only.
 */
final class Orders {
  private final Ports ports;
  private final TaskMachine machine;
  private final Gatekeeping gates;
  private final EntryWriter writer;
  private final Commits commits;
  private final Lanes lanes;

  Orders(
      Ports ports,
      TaskMachine machine,
      Gatekeeping gates,
      EntryWriter writer,
      Commits commits,
      Lanes lanes) {
    this.ports = ports;
    this.machine = machine;
    this.gates = gates;
    this.writer = writer;
    this.commits = commits;
    this.lanes = lanes;
  }

  /** Accepts the order, or answers it from the record when it is known. */
  void dispatch(
      TaskDispatch order, Intent intent, Optional<String> traceparent, Consumed consumed) {
    known(order.taskId())
        .ifPresentOrElse(
            known -> repeat(known, order, intent.digest(), traceparent, consumed),
            () -> accept(order, intent, traceparent, consumed));
  }

  /** Refuses the order, unless it is known: what was true when it came first still is. */
  void refuse(
      TaskDispatch order,
      StatusReport report,
      String digest,
      Optional<String> traceparent,
      Consumed consumed) {
    known(order.taskId())
        .ifPresentOrElse(
            known -> repeat(known, order, digest, traceparent, consumed),
            () -> refuse(report, traceparent, consumed));
  }

  /** Refuses what can be read no further than whom to answer. */
  void refuse(StatusReport report, Optional<String> traceparent, Consumed consumed) {
    String summary = report.reason().map(Reason::detail).orElse("");
    AuditDraft draft = note(report.target(), report.taskId(), "rejected", summary);
    commits.append(writer.refusal(report, traceparent, draft, consumed), () -> {});
  }

  private Optional<Known> known(String taskId) {
    return lanes.find(taskId).map(Orders::asKnown).or(() -> ports.known().find(taskId));
  }

  private void repeat(
      Known known,
      TaskDispatch order,
      String digest,
      Optional<String> traceparent,
      Consumed consumed) {
    boolean same = known.payloadDigest().equals(digest);
    StatusReport answer =
        same ? Json.readAcrossReleases(known.lastReport(), StatusReport.class) : conflict(order);
    String summary = same ? "came again; answered from the record" : "same id, other payload";
    AuditDraft draft =
        note(order.target(), order.taskId(), same ? "repeated" : "rejected", summary);
    commits.append(writer.refusal(answer, traceparent, draft, consumed), () -> {});
  }

  /** Of a task that is known, nobody is told that it was rejected: it was not. */
  void bar(Barred barred, Consumed consumed) {
    Optional<StatusReport> told =
        barred.report().filter(_ -> barred.taskId().flatMap(this::known).isEmpty());
    String address = ports.journal().address(consumed);
    commits.append(writer.barred(barred, told, draft(barred), consumed, address), () -> {});
  }

  void bar(Barred barred, String topicPartition, long offset) {
    writer
        .barred(barred, topicPartition, offset, draft(barred))
        .ifPresent(entry -> commits.append(entry, () -> {}));
  }

  private AuditDraft draft(Barred barred) {
    return new AuditDraft(
        barred.target(),
        barred.taskId(),
        "barred",
        "ops-agent",
        barred.summary(),
        Optional.empty(),
        Optional.empty(),
        java.util.List.of(),
        now());
  }

  private static Known asKnown(LiveTask task) {
    return Known.of(task.record.payloadDigest(), task.record.told().orElseThrow());
  }

  private StatusReport conflict(TaskDispatch order) {
    String detail = "the task id is taken by an order with another payload; choose a new id";
    Reason reason = new Reason(ReasonCode.CONFLICT, detail, Optional.empty());
    return TaskMachine.refusal(order, reason, now());
  }

  private void accept(
      TaskDispatch order, Intent intent, Optional<String> traceparent, Consumed consumed) {
    TaskRecord fresh =
        TaskRecord.fresh(
            order, intent, traceparent, lanes.nextArrival(), now(), machine.budget(order, now()));
    LiveTask task = new LiveTask(fresh, ports.overtakes(order));
    lanes.add(task);
    commits.begin(task, machine.accept(fresh, intent, now()), consumed);
    writer
        .remembered(fresh.id())
        .filter(cancel -> cancel.target().equals(order.target()))
        .ifPresent(cancel ->
            commits.commit(task, machine.cancel(task.record, cancel, now()), Optional.empty()));
  }

  void control(ControlMessage message, Consumed consumed) {
    Optional<Consumed> position = Optional.of(consumed);
    switch (message) {
      case TaskCancel cancel ->
          about(
              cancel.taskId(),
              message,
              task -> commits.commit(task, machine.cancel(task.record, cancel, now()), position),
              () -> rememberCancel(cancel, consumed));
      case TaskResolve resolve ->
          about(
              resolve.taskId(),
              message,
              task -> commits.commit(task, machine.resolve(task.record, resolve, now()), position),
              () -> ignore(message, Optional.of(resolve.taskId()), consumed));
      case TaskApprove approve ->
          about(
              approve.taskId(),
              message,
              task -> commits.commit(task, approved(task, approve, consumed), position),
              () -> ignore(message, Optional.of(approve.taskId()), consumed));
      case TaskDeny deny ->
          about(
              deny.taskId(),
              message,
              task -> commits.commit(task, gates.deny(task.record, deny, now()), position),
              () -> ignore(message, Optional.of(deny.taskId()), consumed));
      case QuarantineLift lift -> lift(lift, consumed);
      case EscalationAcknowledge _ -> ignore(message, Optional.empty(), consumed);
    }
  }

  private Transition approved(LiveTask task, TaskApprove approve, Consumed consumed) {
    boolean head = lanes.mayGoOn(task);
    return gates.approve(task.record, approve, ports.journal().address(consumed), head, now());
  }

  private void lift(QuarantineLift lift, Consumed consumed) {
    AuditDraft draft =
        new AuditDraft(
            lift.target(),
            Optional.empty(),
            "quarantine-lifted",
            lift.by(),
            lift.digest() + " may be deployed again: " + lift.reason(),
            Optional.empty(),
            Optional.empty(),
            java.util.List.of(),
            now());
    writer
        .lift(lift, draft, consumed)
        .ifPresentOrElse(
            entry -> commits.append(entry, () -> {}),
            () -> ignore(lift, Optional.empty(), consumed));
  }

  /** What somebody may say about one target says nothing about a task of another. */
  private void about(
      String taskId, ControlMessage message, Consumer<LiveTask> known, Runnable unknown) {
    lanes
        .find(taskId)
        .filter(task -> task.target().equals(message.target().key()))
        .ifPresentOrElse(known, unknown);
  }

  private void rememberCancel(TaskCancel cancel, Consumed consumed) {
    boolean ended = ports.known().find(cancel.taskId()).isPresent();
    if (ended || !writer.remembersMore()) {
      ignore(cancel, Optional.of(cancel.taskId()), consumed);
      return;
    }
    AuditDraft draft =
        note(cancel.target(), cancel.taskId(), "remembered", "cancelled before it was dispatched");
    commits.append(writer.remember(cancel, draft, consumed), () -> {});
  }

  private void ignore(ControlMessage message, Optional<String> taskId, Consumed consumed) {
    AuditDraft draft =
        new AuditDraft(
            message.target(),
            taskId,
            "ignored",
            message.by(),
            message.getClass().getSimpleName() + " found nothing that waits for it",
            Optional.empty(),
            Optional.empty(),
            java.util.List.of(),
            now());
    commits.append(writer.note(draft, consumed), () -> {});
  }

  private AuditDraft note(Target target, String taskId, String kind, String summary) {
    return AuditDraft.of(target, taskId, kind, summary, now());
  }

  private Instant now() {
    return ports.timers().now();
  }
}
