package dev.opsagent.execution;

import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.LiveTask.Run;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the tasks of one partition. Everything that decides happens in turns on one serial
 * executor; blocking work happens on the worker threads and comes back as another turn. A turn may
 * build on a record that is not committed yet, because entries commit in order or not at all; what
 * a transition commands starts only after its entry is committed, unless it only reads.
 */
public final class PartitionEngine {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionEngine.class);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final int partition;
  private final Ports ports;
  private final PartitionSettings settings;
  private final SerialExecutor turns;
  private final Gatekeeping gates;
  private final TaskMachine machine;
  private final EntryWriter writer;
  private final Commits commits;
  private final Orders orders;
  private final Retention retention;
  private final TaskRuns runs;
  private final Deadlines deadlines;
  private final Lanes lanes = new Lanes();
  private final Queue<String> freed = new ArrayDeque<>();

  /** Input from the first order on that came before the index was complete. */
  private final Queue<Runnable> early = new ArrayDeque<>();

  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean closing;
  private volatile boolean closed;
  private volatile boolean indexed;
  private volatile boolean heldUp;
  private volatile int inFlight;
  private boolean watching;

  /**
   * What the engine calls.
   *
   * @param operations the catalogue, by name
   * @param authority asked about each plan before anything of it is done
   * @param gate asked for what must stand before a plan is carried out
   * @param workers runs blocking work; every call on a thread of its own
   * @param backoff the pause before another attempt
   * @param guards of the peers that steps talk to
   * @param forget called on a worker thread when a task has ended: its workspace may go
   */
  public record Ports(
      Journal journal,
      KnownTasks known,
      AuditLog audit,
      Map<String, Operation> operations,
      PlanAuthority authority,
      Gate gate,
      Timers timers,
      Executor workers,
      Backoff backoff,
      Guards guards,
      Consumer<String> forget,
      Progress progress,
      EngineListener listener) {
    public Ports {
      operations = Map.copyOf(operations);
    }

    boolean overtakes(TaskDispatch order) {
      Operation operation = operations.get(order.operation());
      return operation != null && operation.overtakes();
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
    this.gates = new Gatekeeping(ports.gate(), ports.operations(), settings);
    this.machine = new TaskMachine(ports.backoff(), settings, gates);
    this.writer = new EntryWriter(partition, ports.audit(), settings.wall());
    this.deadlines = new Deadlines(ports.timers(), task -> turn(() -> overdue(task)));
    this.commits = new Commits(ports, this, writer, lanes, deadlines);
    this.orders = new Orders(ports, machine, gates, writer, commits, lanes);
    this.retention = new Retention(ports, settings, this, writer, commits);
    this.runs = new TaskRuns(ports, settings, machine, this);
  }

  /**
   * Goes on with what the ledger says. Call it first. Orders that come before {@link #indexed()} is
   * called wait for that, since nobody could say whether they are known; words on tasks do not.
   */
  public void restore(LedgerFold ledger) {
    turns.execute(() -> {
      writer.resume(ledger);
      List<LiveTask> open = ledger.open().stream().map(this::restored).toList();
      lanes.restore(open);
      open.forEach(deadlines::watch);
      open.forEach(task -> carryOut(task, machine.resume(task.record)));
      lanes.targets().forEach(this::pump);
      lookAtGates();
      watchIncidents();
      count();
    });
  }

  private LiveTask restored(TaskRecord record) {
    TaskRecord now = deadlines.afterDowntime(record);
    LiveTask task = new LiveTask(now, ports.overtakes(record.dispatch()));
    task.restored = true;
    return task;
  }

  /** The index of known tasks is complete: orders are taken. */
  public void indexed() {
    indexed = true;
    turn(this::takeEarly);
    retention.begin();
  }

  private void takeEarly() {
    while (!early.isEmpty()) {
      early.remove().run();
    }
    heldUp = false;
  }

  /**
   * What memory holds otherwise than the ledger up to the last entry that was appended; empty when
   * they agree. For checks, while no turn runs.
   */
  public Optional<String> differsFrom(LedgerFold ledger) {
    return lanes.differsFrom(ledger.open()).or(() -> writer.differsFrom(ledger));
  }

  /** Evidence or the gate policy has changed: what waits for it, or relied on it, is looked at. */
  public void gatesChanged() {
    turn(this::lookAtGates);
  }

  private void lookAtGates() {
    for (LiveTask task : lanes.all()) {
      machine
          .gatesChanged(task.record, lanes.mayGoOn(task), now())
          .ifPresent(transition -> commit(task, transition));
    }
  }

  /** What has not ended, as of now or a moment ago; may be asked on any thread. */
  public List<OpenTask> openTasks() {
    return lanes.counted();
  }

  /** Whether the input should be paused. */
  public boolean full(Input input) {
    return switch (input) {
      case TASKS -> !indexed || inFlight >= settings.capacity();
      case CONTROL -> heldUp;
    };
  }

  /** Takes an order, or whatever else must know which tasks are known. */
  private void order(Runnable body) {
    turn(() -> {
      heldUp |= !indexed;
      inOrder(body);
    });
  }

  private void word(Runnable body) {
    turn(() -> inOrder(body));
  }

  /** What comes behind an order that waits waits too: its position covers the order's. */
  private void inOrder(Runnable body) {
    if (heldUp) {
      early.add(body);
    } else {
      body.run();
    }
  }

  /** Accepts the order, or answers it from the record when it is known. */
  public void dispatch(
      TaskDispatch order, String digest, Optional<String> traceparent, Consumed consumed) {
    dispatch(order, Intent.plain(digest), traceparent, consumed);
  }

  /** The same for an order that was judged by more than its operation. */
  public void dispatch(
      TaskDispatch order, Intent intent, Optional<String> traceparent, Consumed consumed) {
    order(() -> {
      orders.dispatch(order, intent, traceparent, consumed);
      count();
      pump(order.target().key());
    });
  }

  /** Refuses what can be read no further than whom to answer. */
  public void refuse(StatusReport report, Optional<String> traceparent, Consumed consumed) {
    word(() -> orders.refuse(report, traceparent, consumed));
  }

  /**
   * Refuses an order, or answers it from the record when it is known.
   *
   * @param digest of the whole order
   */
  public void refuse(
      TaskDispatch order,
      StatusReport report,
      String digest,
      Optional<String> traceparent,
      Consumed consumed) {
    order(() -> orders.refuse(order, report, digest, traceparent, consumed));
  }

  /** Has a message not count: it is audited, its sender is told, and nothing else happens. */
  public void bar(Barred barred, Consumed consumed) {
    order(() -> {
      orders.bar(barred, consumed);
      watchIncidents();
    });
  }

  /**
   * The same for a record of a topic that every worker reads, and reads again after a restart. Of
   * all workers only the one that owns this partition speaks of it, and only once.
   *
   * @param topicPartition {@code <topic>/<partition>}
   */
  public void bar(Barred barred, String topicPartition, long offset) {
    turn(() -> {
      orders.bar(barred, topicPartition, offset);
      watchIncidents();
    });
  }

  /** Tells in time of what has been counted since it was told last. */
  private void watchIncidents() {
    if (!closing && !watching && writer.incidents().isBehind()) {
      watching = true;
      ports.timers().schedule(Incidents.PAUSE, () -> turn(this::tellIncidents));
    }
  }

  private void tellIncidents() {
    watching = false;
    List<JournalRecord> due = writer.incidents().due(now());
    if (!due.isEmpty()) {
      append(new Entry(due, Optional.empty()));
    }
    watchIncidents();
  }

  /** Sends an input record on as it is, or buries it; nothing else happens with it. */
  public void pass(JournalRecord record, Consumed consumed) {
    word(() -> append(new Entry(List.of(record), Optional.of(consumed))));
  }

  /** Hears what somebody says about a task or a target; whoever it says that is has signed it. */
  public void control(ControlMessage message, Consumed consumed) {
    word(() -> orders.control(message, consumed));
  }

  private void append(Entry entry) {
    commits.append(entry, () -> {});
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
      retention.end();
      drained.complete(null);
    });
  }

  private void broken(Throwable bug) {
    LOG.error("partition {} stops: a bug, or a record that cannot be read", partition, bug);
    lost();
  }

  /** Runs the body in a turn of its own, unless the engine has closed. */
  void turn(Runnable body) {
    hear(() -> unlessClosed(body));
  }

  /** Runs the body in a turn of its own, and starts what it has made room for. */
  void hear(Runnable body) {
    turns.execute(() -> {
      body.run();
      while (!freed.isEmpty()) {
        headChanged(freed.remove());
      }
    });
  }

  void unlessClosed(Runnable body) {
    if (!closed) {
      body.run();
    }
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

  /** The target's lane has a new head; it is looked at before the turn ends. */
  void freed(String target) {
    freed.add(target);
  }

  /** Starts the task at the head of the lane, when it has not started. */
  private void pump(String target) {
    if (closing) {
      return;
    }
    lanes
        .head(target)
        .filter(task -> task.record.state() == TaskState.ACCEPTED)
        .ifPresent(task -> startOn(target, task));
  }

  private void startOn(String target, LiveTask task) {
    Optional<Gate.Early> early = gates.early(task.record, now());
    if (lanes.holder(target).isPresent()) {
      commit(task, machine.refuseHeld(task.record, lanes.holder(target).get(), now()));
    } else if (early.isPresent()) {
      holdBack(task, early.get());
    } else {
      commit(task, machine.start(task.record, now()));
    }
  }

  /** Asked again from time to time: who declares a freeze may lift it. */
  private void holdBack(LiveTask task, Gate.Early early) {
    if (early.forGood() || !task.record.early().equals(Optional.of(early))) {
      commit(task, gates.standBack(task.record, early, now()));
    }
    if (task.record.state().isEnd()) {
      return;
    }
    Duration left = Duration.between(now(), early.until());
    Duration pause = left.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : left;
    task.heldBack.ifPresent(Timers.Scheduled::cancel);
    task.heldBack =
        Optional.of(ports.timers().schedule(pause, () -> turn(() -> pump(task.target()))));
  }

  /** What had to let another task go before it has its plan made anew. */
  private void headChanged(String target) {
    if (closing) {
      return;
    }
    pump(target);
    lanes
        .head(target)
        .filter(task -> task.record.state().waitsAtGate())
        .ifPresent(task -> commit(task, itsTurnAgain(target, task)));
  }

  private Transition itsTurnAgain(String target, LiveTask task) {
    return lanes
        .holder(target)
        .map(holder -> machine.refuseHeld(task.record, holder, now()))
        .orElseGet(() -> gates.wake(task.record, "it is its turn again", now()));
  }

  private void overdue(LiveTask task) {
    if (!deadlines.passed(task)) {
      noteTime(task);
      return;
    }
    if (task.record.state() == TaskState.UNDOING) {
      runs.drop(task);
    }
    commit(task, machine.deadline(task.record, now()));
  }

  /** It rang for a state that the task has left meanwhile, or to have what is left written down. */
  private void noteTime(LiveTask task) {
    if (task.record.state().waitsAtGate()) {
      commit(task, Transition.nothing(task.record));
      deadlines.watch(task);
    }
  }

  void commit(LiveTask task, Transition transition) {
    commits.commit(task, transition, Optional.empty());
  }

  void carryOut(LiveTask task, Command command) {
    if (!closing) {
      runs.carryOut(task, command);
    }
  }

  void count() {
    inFlight = lanes.open();
  }

  /** Completes the hand-over when nothing runs and nothing is unanswered any more. */
  void checkDrained() {
    if (!closing) {
      return;
    }
    boolean running = commits.pending();
    for (LiveTask task : new ArrayList<>(lanes.all())) {
      running |= task.run.filter(run -> run.launched).isPresent();
    }
    if (!running) {
      closed = true;
      retention.end();
      drained.complete(null);
    }
  }
}
