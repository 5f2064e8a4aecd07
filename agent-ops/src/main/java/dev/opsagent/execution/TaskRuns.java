package dev.opsagent.execution;

import dev.opsagent.execution.LiveTask.Run;
import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.PartitionEngine.Ports;
import dev.opsagent.execution.ProgramRuns.Heard;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepResult.UndoResult;
import dev.opsagent.execution.TaskMachine.UnderPolicy;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what transitions command, on worker threads, and brings each result back as a turn of the
 * engine. A run that was replaced or called off is never heard.
 */
final class TaskRuns {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRuns.class);
  private static final Duration LEASE_RETRY = Duration.ofSeconds(1);
  private static final Duration CATCH_UP = Duration.ofSeconds(10);

  private final Ports ports;
  private final PartitionSettings settings;
  private final TaskMachine machine;
  private final PartitionEngine engine;
  private final StepRunner runner;

  TaskRuns(Ports ports, PartitionSettings settings, TaskMachine machine, PartitionEngine engine) {
    this.ports = ports;
    this.settings = settings;
    this.machine = machine;
    this.engine = engine;
    this.runner = new StepRunner(ports.timers(), ports.guards());
  }

  /** Does what a committed transition commands. Called in a turn. */
  void carryOut(LiveTask task, Command command) {
    switch (command) {
      case Command.Idle() -> {}
      case Command.Resolve(Duration delay) -> begin(task, command, delay);
      case Command.Run run -> begin(task, command, run.delay());
      case Command.Undo undo -> begin(task, command, undo.delay());
      case Command.Interrupt() -> interrupt(task);
    }
  }

  private void begin(LiveTask task, Command command, Duration delay) {
    Run run = new Run(command);
    task.run = Optional.of(run);
    if (delay.isZero()) {
      launch(task, run);
      return;
    }
    Runnable due = () -> engine.turn(() -> launchIfDue(task, run));
    run.timer = Optional.of(ports.timers().schedule(delay, due));
  }

  private void launchIfDue(LiveTask task, Run run) {
    if (task.run.filter(current -> current == run).isPresent() && !engine.closing()) {
      launch(task, run);
    }
  }

  private void launch(LiveTask task, Run run) {
    TaskRecord record = task.record;
    run.timer = Optional.empty();
    run.launched = true;
    ports
        .workers()
        .execute(() -> {
          Thread self = Thread.currentThread();
          engine.turn(() -> run.begunOn(self));
          Function<TaskRecord, Transition> event;
          try {
            event = heard(task, record, run);
          } catch (StepContext.LeaseLost lost) {
            engine.turn(() -> again(task, run, lost));
            return;
          } catch (RuntimeException bug) {
            LOG.error("task {} met a bug", record.id(), bug);
            event = broken(run.command);
          }
          Function<TaskRecord, Transition> result = event;
          engine.turn(() -> finished(task, run, result));
        });
    giveUpAfter(limit(record, run.command), task, run);
  }

  private void giveUpAfter(Duration limit, LiveTask task, Run run) {
    run.timer.ifPresent(Timers.Scheduled::cancel);
    run.timer =
        Optional.of(ports.timers().schedule(limit, () -> engine.turn(() -> hung(task, run))));
  }

  /** A bug outside a step's own calls: nothing is known of what it did. */
  private Function<TaskRecord, Transition> broken(Command command) {
    Failure failure =
        Failure.of(
            ReasonCode.INTERNAL, "carry the task out", "a bug", "look for it in the worker's log");
    return unknown(command, failure);
  }

  private Function<TaskRecord, Transition> unknown(Command command, Failure failure) {
    return switch (command) {
      case Command.Run(int index, _) -> ended(index, new StepResult.InDoubt(failure));
      case Command.Undo _, Command.Resolve _, Command.Idle _, Command.Interrupt _ ->
          cutShort(command, failure);
    };
  }

  private Function<TaskRecord, Transition> cutShort(Command command, Failure failure) {
    return switch (command) {
      case Command.Run(int index, _) -> ended(index, new StepResult.NotDone(failure));
      case Command.Undo(int index, _) ->
          undone(index, new UndoResult.Ended(new Undo.UndoFailed(failure)));
      case Command.Resolve _, Command.Idle _, Command.Interrupt _ ->
          resolved(new Resolution.Unresolved(failure), Optional.empty());
    };
  }

  private Function<TaskRecord, Transition> ended(int index, StepResult result) {
    return record -> machine.stepEnded(record, index, result, ports.timers().now());
  }

  private Function<TaskRecord, Transition> undone(int index, UndoResult result) {
    return record -> machine.undoEnded(record, index, result, ports.timers().now());
  }

  private Function<TaskRecord, Transition> resolved(
      Resolution resolution, Optional<UnderPolicy> plan) {
    return record -> machine.resolved(record, resolution, plan, ports.timers().now());
  }

  /** No effect may start without the lease: ask again a little later, if we are still here. */
  private void again(LiveTask task, Run run, StepContext.LeaseLost lost) {
    LOG.debug("task {} waits for its lease: {}", task.record.id(), lost.getMessage());
    run.timer.ifPresent(Timers.Scheduled::cancel);
    if (task.run.filter(current -> current == run).isPresent()) {
      task.run = Optional.empty();
      if (engine.closing()) {
        engine.checkDrained();
        return;
      }
      begin(task, delayed(run.command), LEASE_RETRY);
    }
  }

  private static Command delayed(Command command) {
    return switch (command) {
      case Command.Run run -> new Command.Run(run.step(), LEASE_RETRY);
      case Command.Undo undo -> new Command.Undo(undo.step(), LEASE_RETRY);
      case Command.Resolve _ -> new Command.Resolve(LEASE_RETRY);
      case Command.Idle _, Command.Interrupt _ -> command;
    };
  }

  private Duration limit(TaskRecord record, Command command) {
    // Probe, act, probe again, each with its own time limit, and the rebuild of the workspace.
    int index = index(command);
    Duration sum = settings.interruptGrace();
    if (index < 0) {
      return sum.plus(record.budget());
    }
    for (int i = 0; i <= index; i++) {
      sum = sum.plus(record.planned(i).timeout().multipliedBy(i == index ? 3 : 2));
    }
    return sum;
  }

  private static int index(Command command) {
    return switch (command) {
      case Command.Run run -> run.step();
      case Command.Undo undo -> undo.step();
      case Command.Idle _, Command.Resolve _, Command.Interrupt _ -> -1;
    };
  }

  /** Does the work; what it ran goes into the audit before what became of it. */
  private Function<TaskRecord, Transition> heard(LiveTask task, TaskRecord record, Run run) {
    Heard<Function<TaskRecord, Transition>> heard = ProgramRuns.hear(() -> work(task, record, run));
    int index = index(run.command);
    Optional<String> step =
        index < 0 ? Optional.empty() : Optional.of(record.planned(index).name());
    return current -> {
      Instant now = ports.timers().now();
      return heard.result().apply(current).having(heard, step, incident(task, heard, now), now);
    };
  }

  /** One for each task: a build that prints its environment does so again in the next step. */
  private static Optional<Escalation> incident(LiveTask task, Heard<?> heard, Instant now) {
    if (heard.leaked().isEmpty() || task.leaked) {
      return Optional.empty();
    }
    task.leaked = true;
    return Optional.of(Escalations.leaked(task.record, heard.masked(), heard.leaked(), now));
  }

  private Function<TaskRecord, Transition> work(LiveTask task, TaskRecord record, Run run) {
    Operation operation = operation(record);
    return switch (run.command) {
      case Command.Resolve _ -> resolve(operation, record, run);
      case Command.Run(int index, _) -> ended(index, runStep(operation, task, record, run));
      case Command.Undo(int index, _) -> {
        StepContext context = context(record, run);
        PlannedStep planned = record.planned(index);
        yield undone(
            index, runner.undo(planned, operation.step(planned, record.dispatch()), context));
      }
      case Command.Idle _, Command.Interrupt _ -> throw new IllegalStateException("not work");
    };
  }

  private Function<TaskRecord, Transition> resolve(
      Operation operation, TaskRecord record, Run run) {
    StepContext context =
        new StepContext(
            record.dispatch(),
            record.known(),
            record.before(),
            record.key(),
            fence(run),
            progress(record, "resolve"),
            record.budget());
    Resolution resolution = runner.resolve(operation, record.dispatch(), context);
    String policy = ports.gate().policy();
    return switch (resolution) {
      case Resolution.Unresolved _ -> resolved(resolution, Optional.empty());
      case Resolution.Resolved(Facts facts) -> {
        Plan made = operation.plan(record.dispatch(), facts);
        Prewritten<Plan> plan = new Prewritten<>(made.under(conditions(record.dispatch(), policy)));
        Optional<Failure> refused =
            RecordBounds.fit(plan, facts)
                ? ports.authority().refuse(plan.value()).or(() -> behind(record.dispatch()))
                : Optional.of(RecordBounds.planTooLarge());
        yield refused
            .map(why -> resolved(new Resolution.Unresolved(why), Optional.empty()))
            .orElseGet(() -> resolved(resolution, Optional.of(new UnderPolicy(plan, policy))));
      }
    };
  }

  /** What the plan does not say, and who consents to it consents to. */
  private static String conditions(TaskDispatch order, String policy) {
    return String.join(
        "\n",
        order.operation(),
        order.target().key(),
        Digests.sha256(Json.canonical(order.repository())),
        Digests.sha256(Json.canonical(order.parameters())),
        Digests.sha256(Json.canonical(order.requirements())),
        policy);
  }

  /** Gates decide only by all that was said before the plan was made. */
  private Optional<Failure> behind(TaskDispatch order) {
    return ports.gate().catchUp(order, CATCH_UP);
  }

  private StepResult runStep(Operation operation, LiveTask task, TaskRecord record, Run run) {
    int index = index(run.command);
    StepContext context = context(record, run);
    PlannedStep planned = record.planned(index);
    Step step = operation.step(planned, record.dispatch());
    if (task.restored && !task.stopping) {
      Rebuild rebuild = new Rebuild(record, operation, context);
      Optional<Failure> broken = runner.rebuild(rebuild, index, context);
      if (broken.isPresent()) {
        return runner.lookInstead(planned, step, context, broken.orElseThrow());
      }
      task.restored = false;
    }
    return record.steps().get(index).told()
        ? runner.look(planned, step, context)
        : RecordBounds.bounded(runner.run(planned, step, context, () -> task.stopping));
  }

  private StepContext context(TaskRecord record, Run run) {
    PlannedStep planned = record.planned(index(run.command));
    return new StepContext(
        record.dispatch(),
        record.known(),
        record.before(),
        record.key(),
        fence(run),
        progress(record, planned.name()),
        planned.timeout());
  }

  /** The journal's fence; what was given up while it hung does not pass it either. */
  private StepContext.Fence fence(Run run) {
    return () -> {
      if (run.givenUp()) {
        throw new StepContext.LeaseLost("nobody waits for this run any more");
      }
      ports.journal().check();
    };
  }

  private StepContext.Progress progress(TaskRecord record, String step) {
    return text -> ports.progress().line(record.id(), step, text);
  }

  private Operation operation(TaskRecord record) {
    return Optional.ofNullable(ports.operations().get(record.dispatch().operation()))
        .orElseThrow(() -> new IllegalStateException("no operation for " + record.id()));
  }

  private void finished(LiveTask task, Run run, Function<TaskRecord, Transition> event) {
    if (task.run.filter(current -> current == run).isEmpty()) {
      return;
    }
    run.timer.ifPresent(Timers.Scheduled::cancel);
    task.run = Optional.empty();
    engine.commit(task, event.apply(task.record));
  }

  /** What an unfinished run counts as when it does not even answer an interrupt. */
  private void hung(LiveTask task, Run run) {
    run.giveUp();
    int index = index(run.command);
    String action =
        index < 0 ? "look up what the plan needs" : task.record.planned(index).description();
    Failure failure =
        Failure.of(
            ReasonCode.TIMEOUT,
            action,
            "it did not end, and did not answer when it was cut off",
            "find out what it did");
    finished(task, run, unknown(run.command, failure));
  }

  private void interrupt(LiveTask task) {
    task.run.ifPresent(run -> {
      if (run.launched) {
        run.interrupt();
        giveUpAfter(cutLimit(task.record, run.command), task, run);
        return;
      }
      Failure failure = task.record.ending().orElseThrow().failure();
      finished(task, run, cutShort(run.command, failure));
    });
  }

  /** A step that is cut off is probed once more. */
  private Duration cutLimit(TaskRecord record, Command command) {
    int index = index(command);
    return index < 0
        ? settings.interruptGrace()
        : settings.interruptGrace().plus(record.planned(index).timeout());
  }

  /** Stops what runs of the task, and hears nothing of it any more. */
  void drop(LiveTask task) {
    task.run.ifPresent(run -> {
      run.timer.ifPresent(Timers.Scheduled::cancel);
      run.giveUp();
    });
    task.run = Optional.empty();
  }
}
