package dev.opsagent.execution;

import dev.opsagent.execution.LiveTask.Run;
import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.PartitionEngine.Ports;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
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
    this.runner = new StepRunner(ports.timers());
  }

  /** Does what a committed transition commands. Called in a turn. */
  void carryOut(LiveTask task, Command command) {
    switch (command) {
      case Command.Idle() -> {}
      case Command.Resolve() -> begin(task, command, Duration.ZERO);
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
            event = work(task, record, run);
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
    if (record.plan().isPresent()) {
      Duration limit = limit(record, run.command);
      run.timer =
          Optional.of(ports.timers().schedule(limit, () -> engine.turn(() -> hung(task, run))));
    }
  }

  /** A bug outside a step's own calls: nothing is known of what it did. */
  private Function<TaskRecord, Transition> broken(Command command) {
    Failure failure =
        Failure.of(
            ReasonCode.INTERNAL, "carry the task out", "a bug", "look for it in the worker's log");
    int index = index(command);
    return switch (command) {
      case Command.Run _ ->
          record ->
              machine.stepEnded(
                  record, index, new StepResult.InDoubt(failure), ports.timers().now());
      case Command.Undo _ ->
          record ->
              machine.undoEnded(record, index, new Undo.UndoFailed(failure), ports.timers().now());
      case Command.Resolve _, Command.Idle _, Command.Interrupt _ ->
          record ->
              machine.resolved(
                  record,
                  new Resolution.Unresolved(failure),
                  Optional.empty(),
                  ports.timers().now());
    };
  }

  /** No effect may start without the lease: ask again a little later, if we are still here. */
  private void again(LiveTask task, Run run, StepContext.LeaseLost lost) {
    LOG.warn("task {} waits for its lease: {}", task.record.id(), lost.getMessage());
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
      case Command.Idle _, Command.Resolve _, Command.Interrupt _ -> command;
    };
  }

  private Duration limit(TaskRecord record, Command command) {
    // Probe, act, probe again, each with its own time limit, and the rebuild of the workspace.
    int index = index(command);
    Duration sum = settings.interruptGrace();
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

  private Function<TaskRecord, Transition> work(LiveTask task, TaskRecord record, Run run) {
    Operation operation = operation(record);
    return switch (run.command) {
      case Command.Resolve() -> resolve(operation, record);
      case Command.Run(int index, _) -> {
        StepResult result = runStep(operation, task, record, index);
        yield current -> machine.stepEnded(current, index, result, ports.timers().now());
      }
      case Command.Undo(int index, _) -> {
        StepContext context = context(record, index);
        PlannedStep planned = record.planned(index);
        Undo result = runner.undo(planned, operation.step(planned, record.dispatch()), context);
        yield current -> machine.undoEnded(current, index, result, ports.timers().now());
      }
      case Command.Idle(), Command.Interrupt() -> throw new IllegalStateException("not work");
    };
  }

  private Function<TaskRecord, Transition> resolve(Operation operation, TaskRecord record) {
    StepContext context =
        new StepContext(
            record.dispatch(),
            record.known(),
            ports.journal(),
            progress(record, "resolve"),
            record.budget());
    Resolution resolution = runner.resolve(operation, record.dispatch(), context);
    Optional<Plan> plan =
        switch (resolution) {
          case Resolution.Resolved(var facts) ->
              Optional.of(operation.plan(record.dispatch(), facts));
          case Resolution.Unresolved _ -> Optional.empty();
        };
    return current -> machine.resolved(current, resolution, plan, ports.timers().now());
  }

  private StepResult runStep(Operation operation, LiveTask task, TaskRecord record, int index) {
    StepContext context = context(record, index);
    if (task.restored && !task.stopping) {
      Rebuild rebuild = new Rebuild(record, operation, context);
      Optional<Failure> broken = runner.rebuild(rebuild, index, context);
      if (broken.isPresent()) {
        return new StepResult.NotDone(broken.orElseThrow());
      }
      task.restored = false;
    }
    PlannedStep planned = record.planned(index);
    Step step = operation.step(planned, record.dispatch());
    return runner.run(planned, step, context, () -> task.stopping);
  }

  private StepContext context(TaskRecord record, int index) {
    PlannedStep planned = record.planned(index);
    return new StepContext(
        record.dispatch(),
        record.known(),
        ports.journal(),
        progress(record, planned.name()),
        planned.timeout());
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
    run.interrupt();
    int index = index(run.command);
    Failure failure =
        Failure.of(
            ReasonCode.TIMEOUT,
            task.record.planned(index).description(),
            "it did not end, and did not answer when it was cut off",
            "find out what it did");
    finished(
        task,
        run,
        run.command instanceof Command.Undo
            ? record ->
                machine.undoEnded(record, index, new Undo.UndoFailed(failure), ports.timers().now())
            : record ->
                machine.stepEnded(
                    record, index, new StepResult.InDoubt(failure), ports.timers().now()));
  }

  private void interrupt(LiveTask task) {
    task.run.ifPresent(run -> {
      if (run.launched) {
        run.interrupt();
        return;
      }
      if (run.command instanceof Command.Run(int index, Duration delay) && !delay.isZero()) {
        run.timer.ifPresent(Timers.Scheduled::cancel);
        Failure failure = task.record.ending().orElseThrow().failure();
        StepResult result = new StepResult.NotDone(failure);
        finished(
            task, run, record -> machine.stepEnded(record, index, result, ports.timers().now()));
      }
    });
  }
}
