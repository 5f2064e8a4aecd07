package dev.opsagent.execution;

import dev.opsagent.execution.Journal.Appended;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.KnownTasks.Known;
import dev.opsagent.execution.LiveTask.Run;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EscalationAcknowledge;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the tasks of one partition. Everything that decides happens in turns on one serial
 * executor; blocking work happens on the worker threads and comes back as another turn. A turn may
 * build on a record that is not committed yet, because entries commit in order or not at all; what
 * a transition commands starts only after its entry is committed.
 */
public final class PartitionEngine {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionEngine.class);

  private final int partition;
  private final Ports ports;
  private final PartitionSettings settings;
  private final SerialExecutor turns;
  private final TaskMachine machine;
  private final EntryWriter writer;
  private final TaskRuns runs;
  private final Lanes lanes = new Lanes();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean closing;
  private volatile boolean closed;
  private volatile int inFlight;
  private int unanswered;

  /**
   * What the engine calls.
   *
   * @param operations the catalogue, by name
   * @param workers runs blocking work; every call on a thread of its own
   * @param backoff the pause before another attempt
   * @param forget called on a worker thread when a task has ended: its workspace may go
   */
  public record Ports(
      Journal journal,
      KnownTasks known,
      AuditLog audit,
      Map<String, Operation> operations,
      Timers timers,
      Executor workers,
      Backoff backoff,
      Consumer<String> forget,
      Progress progress,
      EngineListener listener) {
    public Ports {
      operations = Map.copyOf(operations);
    }
  }

  /** Receives what long steps say while they run. */
  @FunctionalInterface
  public interface Progress {
    void line(String taskId, String step, String text);
  }

  public PartitionEngine(int partition, Ports ports, PartitionSettings settings) {
    this.partition = partition;
    this.ports = ports;
    this.settings = settings;
    this.turns = new SerialExecutor(ports.workers(), this::broken);
    this.machine = new TaskMachine(ports.backoff(), settings);
    this.writer = new EntryWriter(ports.audit());
    this.runs = new TaskRuns(ports, settings, machine, this);
  }

  /** Takes the ledger's records in order, then goes on with what they say. Call it first. */
  public void restore(LedgerFold ledger) {
    turns.execute(() -> {
      writer.resume(ledger);
      for (TaskRecord record : ledger.open()) {
        LiveTask task = new LiveTask(record);
        task.restored = true;
        lanes.add(task);
        watch(task);
      }
      for (LiveTask task : lanes.all()) {
        runs.carryOut(task, machine.resume(task.record));
      }
      lanes.targets().forEach(this::pump);
      count();
    });
  }

  /** Whether the partition's {@code pm.tasks} should be paused. */
  public boolean full() {
    return inFlight >= settings.capacity();
  }

  /** Accepts the order, or answers it from the record when it is known. */
  public void dispatch(
      TaskDispatch order, String digest, Optional<String> traceparent, Consumed consumed) {
    turn(() -> dispatchNow(order, digest, traceparent, consumed));
  }

  /** Refuses an order that never becomes a task. */
  public void refuse(StatusReport report, Optional<String> traceparent, Consumed consumed) {
    turn(() -> {
      String summary = report.reason().map(Reason::detail).orElse("");
      AuditDraft draft = note(report.target(), report.taskId(), "rejected", summary);
      Entry entry = writer.refusal(report, traceparent, draft, consumed);
      append(entry, () -> {});
    });
  }

  /** Sends an input record on as it is, or buries it; nothing else happens with it. */
  public void pass(JournalRecord record, Consumed consumed) {
    turn(() -> append(new Entry(List.of(record), Optional.of(consumed)), () -> {}));
  }

  public void control(ControlMessage message, Consumed consumed) {
    turn(() -> controlNow(message, consumed));
  }

  /**
   * Hands the partition over: nothing new starts; what runs may finish within the grace time and is
   * cut off after it. The returned future completes when nothing runs any more.
   */
  public CompletableFuture<Void> close(Duration grace) {
    closing = true;
    turns.execute(this::checkDrained);
    ports.timers().schedule(grace, this::lost);
    return drained;
  }

  /** The partition is somebody else's already: stops everything at once. */
  public void lost() {
    closing = true;
    closed = true;
    turns.execute(() -> {
      for (LiveTask task : lanes.all()) {
        task.run.ifPresent(Run::interrupt);
        task.alarm.ifPresent(Timers.Scheduled::cancel);
      }
      drained.complete(null);
    });
  }

  private void broken(RuntimeException bug) {
    LOG.error("partition {} stops: a bug, or a record that cannot be read", partition, bug);
    lost();
  }

  /** Runs the body in a turn of its own, unless the engine has closed. */
  void turn(Runnable body) {
    turns.execute(() -> {
      if (!closed) {
        body.run();
      }
    });
  }

  boolean closing() {
    return closing;
  }

  /** Completes when the engine has closed, in whichever way. */
  public CompletableFuture<Void> ended() {
    return drained;
  }

  private Instant now() {
    return ports.timers().now();
  }

  private void dispatchNow(
      TaskDispatch order, String digest, Optional<String> traceparent, Consumed consumed) {
    Optional<Known> known =
        lanes
            .find(order.taskId())
            .map(task -> new Known(task.record.payloadDigest(), lastReport(task)))
            .or(() -> ports.known().find(order.taskId()));
    if (known.isEmpty()) {
      accept(order, digest, traceparent, consumed);
      return;
    }
    boolean same = known.orElseThrow().payloadDigest().equals(digest);
    StatusReport answer =
        same ? Json.read(known.orElseThrow().lastReport(), StatusReport.class) : conflict(order);
    String summary = same ? "came again; answered from the record" : "same id, other payload";
    AuditDraft draft =
        note(order.target(), order.taskId(), same ? "repeated" : "rejected", summary);
    append(writer.refusal(answer, traceparent, draft, consumed), () -> {});
  }

  private static byte[] lastReport(LiveTask task) {
    return Json.write(task.record.lastReport().orElseThrow());
  }

  private StatusReport conflict(TaskDispatch order) {
    String detail = "the task id is taken by an order with another payload; choose a new id";
    Reason reason = new Reason(ReasonCode.CONFLICT, detail, Optional.empty());
    return TaskMachine.refusal(order, reason, now());
  }

  private void accept(
      TaskDispatch order, String digest, Optional<String> traceparent, Consumed consumed) {
    LiveTask task =
        new LiveTask(
            TaskRecord.fresh(
                order,
                digest,
                traceparent,
                consumed.offset(),
                now(),
                machine.budget(order, now())));
    lanes.add(task);
    watch(task);
    count();
    commit(task, machine.accept(task.record, now()), Optional.of(consumed));
    cancelEarly(task);
    pump(order.target().key());
  }

  /** Obeys a cancel that came before its task. */
  private void cancelEarly(LiveTask task) {
    writer
        .remembered(task.record.id())
        .ifPresent(cancel -> commit(task, machine.cancel(task.record, cancel, now()), none()));
  }

  void commit(LiveTask task, Transition transition) {
    commit(task, transition, none());
  }

  private static Optional<Consumed> none() {
    return Optional.empty();
  }

  private void controlNow(ControlMessage message, Consumed consumed) {
    Optional<Consumed> position = Optional.of(consumed);
    switch (message) {
      case TaskCancel cancel ->
          about(
              cancel.taskId(),
              task -> commit(task, machine.cancel(task.record, cancel, now()), position),
              () -> rememberCancel(cancel, consumed));
      case TaskResolve resolve ->
          about(
              resolve.taskId(),
              task -> commit(task, machine.resolve(task.record, resolve, now()), position),
              () -> ignore(message, Optional.of(resolve.taskId()), consumed));
      case TaskApprove approve -> ignore(message, Optional.of(approve.taskId()), consumed);
      case TaskDeny deny -> ignore(message, Optional.of(deny.taskId()), consumed);
      case QuarantineLift _ -> ignore(message, Optional.empty(), consumed);
      case EscalationAcknowledge _ -> ignore(message, Optional.empty(), consumed);
    }
  }

  private void about(String taskId, Consumer<LiveTask> known, Runnable unknown) {
    lanes.find(taskId).ifPresentOrElse(known, unknown);
  }

  private void rememberCancel(TaskCancel cancel, Consumed consumed) {
    if (ports.known().find(cancel.taskId()).isPresent()) {
      ignore(cancel, Optional.of(cancel.taskId()), consumed);
      return;
    }
    AuditDraft draft =
        note(cancel.target(), cancel.taskId(), "remembered", "cancelled before it was dispatched");
    append(writer.remember(cancel, draft, consumed), () -> {});
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
            List.of(),
            now());
    append(writer.note(draft, consumed), () -> {});
  }

  private AuditDraft note(Target target, String taskId, String kind, String summary) {
    return new AuditDraft(
        target,
        Optional.of(taskId),
        kind,
        "ops-agent",
        summary,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        now());
  }

  /** Starts the task at the head of the lane, when it has not started. */
  private void pump(String target) {
    if (closing) {
      return;
    }
    lanes
        .head(target)
        .filter(task -> task.record.state() == TaskState.ACCEPTED)
        .ifPresent(task ->
            commit(
                task,
                lanes
                    .holder(target)
                    .map(holder -> machine.refuseHeld(task.record, holder, now()))
                    .orElseGet(() -> machine.start(task.record, now())),
                none()));
  }

  private void commit(LiveTask task, Transition transition, Optional<Consumed> consumed) {
    TaskRecord before = task.record;
    task.record = budgeted(task, before, onTarget(transition.next()));
    task.stopping = task.record.ending().isPresent();
    if (before.state() != task.record.state()) {
      watch(task);
    }
    Entry entry = writer.transition(before, task.record, transition, consumed, now());
    append(entry, () -> committed(task, transition));
  }

  /** Carries the state's remaining time into the record, unless the transition sets a new one. */
  private TaskRecord budgeted(LiveTask task, TaskRecord before, TaskRecord next) {
    if (!before.budget().equals(next.budget())) {
      task.deadline = ports.timers().nanoTime() + next.budget().toNanos();
      return next;
    }
    Duration left = Duration.ofNanos(Math.max(0, task.deadline - ports.timers().nanoTime()));
    return next.budget(left.truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
  }

  /** Notes what runs on the target before the task has planned anything there. */
  private TaskRecord onTarget(TaskRecord record) {
    return record.plan().isPresent()
        ? record
        : record.deployedOver(writer.deployed(record.dispatch().target().key()));
  }

  private void append(Entry entry, Runnable then) {
    unanswered++;
    ports.journal().append(entry, outcome -> turns.execute(() -> answered(outcome, then)));
  }

  private void answered(Appended outcome, Runnable then) {
    unanswered--;
    if (outcome == Appended.LOST) {
      lost();
      return;
    }
    if (!closed) {
      then.run();
    }
    checkDrained();
  }

  private void committed(LiveTask task, Transition transition) {
    publish(transition);
    if (transition.next().state().isEnd()) {
      ended(task, transition.next());
    }
    if (!closing) {
      runs.carryOut(task, transition.command());
    }
    checkDrained();
  }

  private void publish(Transition transition) {
    for (StatusReport report : transition.reports()) {
      report
          .step()
          .ifPresent(step ->
              ports
                  .listener()
                  .stepEnded(report.operation(), step.name(), step.outcome(), took(step)));
    }
  }

  private static Duration took(StepReport step) {
    return Duration.ofMillis(step.durationMillis());
  }

  private void ended(LiveTask task, TaskRecord record) {
    task.alarm.ifPresent(Timers.Scheduled::cancel);
    String target = record.dispatch().target().key();
    if (lanes.leave(task)) {
      ports.known().put(record.id(), new Known(record.payloadDigest(), lastReport(task)));
      ports.workers().execute(() -> ports.forget().accept(record.id()));
      ports
          .listener()
          .taskEnded(
              record.dispatch().operation(),
              record.state(),
              record.lastReport().flatMap(StatusReport::reason).map(Reason::code),
              Duration.between(record.acceptedAt(), now()));
    }
    count();
    pump(target);
  }

  private void count() {
    inFlight = lanes.size();
    ports.listener().inFlight(partition, lanes.size(), lanes.targets().size());
  }

  private void watch(LiveTask task) {
    task.alarm.ifPresent(Timers.Scheduled::cancel);
    TaskState state = task.record.state();
    if (state.isEnd() || state == TaskState.UNDOING) {
      return;
    }
    task.deadline = ports.timers().nanoTime() + task.record.budget().toNanos();
    task.alarm =
        Optional.of(
            ports
                .timers()
                .schedule(
                    task.record.budget(),
                    () -> turn(() -> commit(task, machine.deadline(task.record, now()), none()))));
  }

  /** Completes the hand-over when nothing runs and nothing is unanswered any more. */
  void checkDrained() {
    if (!closing) {
      return;
    }
    boolean running = unanswered > 0;
    for (LiveTask task : new ArrayList<>(lanes.all())) {
      running |= task.run.filter(run -> run.launched).isPresent();
    }
    if (!running) {
      closed = true;
      drained.complete(null);
    }
  }
}
