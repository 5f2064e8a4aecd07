package dev.opsagent.operations.push;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.execution.EngineListener;
import dev.opsagent.execution.Gate;
import dev.opsagent.execution.GoldenJournal;
import dev.opsagent.execution.Guards;
import dev.opsagent.execution.Journal;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.execution.JournalRecord.Status;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.PartitionEngine;
import dev.opsagent.execution.PartitionSettings;
import dev.opsagent.execution.PlanAuthority;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.SharedVerdaccio;
import dev.opsagent.tools.index.MvKnownTasks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/**
 * Records the golden journals of a release, once, when it is made: {@code
 * -Dtest=PushJournalRecorder -Dgolden.record=1.2.0}. Pushes run in the real engine, on a real
 * remote, registry and runtime; only the step that a journal is about goes as it is told.
 */
@EnabledIfSystemProperty(named = "golden.record", matches = "[0-9.]+")
final class PushJournalRecorder {
  @RegisterExtension static final SharedVerdaccio VERDACCIO = new SharedVerdaccio();

  @TempDir Path folder;
  private PushWorld world;
  private Recording recording;

  @BeforeEach
  void makeWorld() throws IOException {
    world = new PushWorld(folder, VERDACCIO.get());
    recording = new Recording(world.operation(), folder.resolve("known"));
  }

  @AfterEach
  void endWorld() {
    world.close();
  }

  @Test
  void succeeded() {
    recording.dispatch(world.task("task"));
    recording.keep("succeeded", "task", TaskState.SUCCEEDED);
  }

  @Test
  void dryRun() {
    recording.dispatch(change(world.task("task"), true, Requirements.NONE));
    recording.keep("dry-run", "task", TaskState.SUCCEEDED);
  }

  @Test
  void failed() {
    recording.told.put(PushPlanner.CHECKOUT, Otherwise::fails);
    recording.dispatch(refsOnly("task"));
    recording.keep("failed", "task", TaskState.FAILED);
  }

  @Test
  void rolledBack() {
    recording.told.put(PushPlanner.VERIFY, Otherwise::fails);
    recording.dispatch(world.task("task"));
    recording.keep("rolled-back", "task", TaskState.ROLLED_BACK);
  }

  @Test
  void cancelled() {
    recording.told.put(PushPlanner.PUSH_REFS, Otherwise::hangs);
    recording.dispatch(refsOnly("task"));
    recording.dispatch(refsOnly("next"));
    recording.awaitStep("task", PushPlanner.PUSH_REFS);
    recording.control(new TaskCancel("next", target(), "pm", "not needed"));
    recording.control(new TaskCancel("task", target(), "pm", "wrong branch"));
    recording.keep("cancelled", "task", TaskState.CANCELLED);
  }

  @Test
  void cancelledBeforeItCame() {
    recording.control(new TaskCancel("task", target(), "pm", "never mind"));
    recording.dispatch(refsOnly("task"));
    recording.keep("cancelled-before-it-came", "task", TaskState.CANCELLED);
  }

  @Test
  void expired() {
    recording.told.put(PushPlanner.PUSH_REFS, Otherwise::hangs);
    Requirements soon = Requirements.within(Duration.ofSeconds(6));
    recording.dispatch(change(refsOnly("task"), false, soon));
    recording.keep("expired", "task", TaskState.EXPIRED);
  }

  @Test
  void inDoubtAndHeld() {
    recording.told.put(PushPlanner.PUSH_REFS, Otherwise::cannotTell);
    recording.dispatch(refsOnly("task"));
    recording.dispatch(refsOnly("next"));
    recording.await("task", TaskState.AWAITING_DECISION);
    recording.control(resolve(Decision.ABANDON));
    recording.await("task", TaskState.IN_DOUBT);
    recording.await("next", TaskState.REJECTED);
    recording.control(resolve(Decision.UNDONE));
    recording.keep("in-doubt-and-held", "task", TaskState.IN_DOUBT);
  }

  @Test
  void decided() {
    recording.told.put(PushPlanner.PUSH_REFS, Otherwise::cannotTell);
    recording.dispatch(refsOnly("task"));
    recording.await("task", TaskState.AWAITING_DECISION);
    recording.told.clear();
    recording.control(resolve(Decision.CONTINUE));
    recording.keep("decided", "task", TaskState.SUCCEEDED);
  }

  @Test
  void undoFailed() {
    recording.told.put(PushPlanner.PUBLISH, Otherwise::fails);
    recording.told.put(PushPlanner.PUSH_REFS, Otherwise::cannotUndo);
    recording.dispatch(world.task("task", PushJournalRecorder::publishOnly));
    recording.await("task", TaskState.AWAITING_DECISION);
    recording.told.clear();
    recording.control(resolve(Decision.CONTINUE));
    recording.keep("undo-failed", "task", TaskState.ROLLED_BACK);
  }

  private Target target() {
    return new Target("local", world.name);
  }

  private TaskResolve resolve(Decision decision) {
    return new TaskResolve("task", target(), "ann", decision, "looked at the remote");
  }

  private TaskDispatch refsOnly(String id) {
    return world.task(
        id,
        parameters -> {
          parameters.remove("publish");
          return publishOnly(parameters);
        });
  }

  private static ObjectNode publishOnly(ObjectNode parameters) {
    parameters.remove(List.of("deploy", "health", "openBrowser"));
    return parameters;
  }

  private static TaskDispatch change(TaskDispatch task, boolean dryRun, Requirements requirements) {
    return new TaskDispatch(
        task.taskId(),
        task.operation(),
        task.target(),
        task.repository(),
        task.parameters(),
        requirements,
        task.requiredEvidence(),
        task.requestedBy(),
        dryRun,
        task.instruction());
  }

  /** An engine whose entries are kept. */
  private static final class Recording implements Journal {
    private final List<JournalRecord> records = new ArrayList<>();
    private final Map<String, UnaryOperator<Step>> told = new ConcurrentHashMap<>();
    private final PartitionEngine engine;
    private long offset;

    Recording(Operation push, Path known) throws IOException {
      PartitionEngine.Ports ports =
          new PartitionEngine.Ports(
              this,
              MvKnownTasks.open(known, 1000),
              new AuditChain(),
              Map.of(push.name(), new Told(push, told)),
              PlanAuthority.ANY,
              Gate.OPEN,
              new RealTimers(),
              Executors.newVirtualThreadPerTaskExecutor(),
              _ -> Duration.ofMillis(10),
              Guards.NONE,
              _ -> {},
              (_, _, _) -> {},
              EngineListener.NONE);
      engine = new PartitionEngine(0, ports, PartitionSettings.DEFAULT);
      engine.indexed();
    }

    @Override
    public synchronized void append(Entry entry, Consumer<Appended> done) {
      records.addAll(entry.records());
      done.accept(Appended.COMMITTED);
    }

    @Override
    public void check() {}

    void dispatch(TaskDispatch task) {
      engine.dispatch(
          task, EventCodec.payloadDigest(task), Optional.empty(), consumed(Input.TASKS));
    }

    void control(ControlMessage message) {
      engine.control(message, consumed(Input.CONTROL));
    }

    private Consumed consumed(Input input) {
      return new Consumed(input, offset++);
    }

    void awaitStep(String task, String step) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> reports(task).anyMatch(said -> said.endsWith(" " + step)));
    }

    void await(String task, TaskState state) {
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> reports(task).anyMatch(said -> said.startsWith(state + " ")));
    }

    private synchronized Stream<String> reports(String task) {
      return List.copyOf(records).stream()
          .filter(Status.class::isInstance)
          .map(record -> ((Status) record).report())
          .filter(report -> report.taskId().equals(task))
          .map(report -> report.state() + " " + report.step().map(step -> step.name()).orElse(""));
    }

    void keep(String name, String task, TaskState end) {
      await(task, end);
      engine.close(Duration.ofSeconds(10)).join();
      List<Ledger> ledger =
          records.stream().filter(Ledger.class::isInstance).map(Ledger.class::cast).toList();
      new GoldenJournal(name, ledger).keep(System.getProperty("golden.record"), "push");
    }
  }

  /** A push of which some steps go as they are told. */
  private record Told(Operation push, Map<String, UnaryOperator<Step>> told) implements Operation {
    // Shared on purpose: what is told changes while the push runs.

    @Override
    public String name() {
      return push.name();
    }

    @Override
    public Optional<Failure> refuse(TaskDispatch task) {
      return push.refuse(task);
    }

    @Override
    public Resolution resolve(TaskDispatch task, StepContext context) {
      return push.resolve(task, context);
    }

    @Override
    public Plan plan(TaskDispatch task, Facts observations) {
      return push.plan(task, observations);
    }

    @Override
    public Step step(PlannedStep planned, TaskDispatch task) {
      return told.getOrDefault(planned.name(), UnaryOperator.identity())
          .apply(push.step(planned, task));
    }
  }

  private static Failure failure(String cause) {
    return Failure.of(ReasonCode.TOOL_FAILED, "go on", cause, "look at it");
  }

  /** A step of which one part goes otherwise. */
  private record Otherwise(
      Step step, Optional<Probe> probed, Optional<Supplier<Outcome>> applied, Optional<Undo> undone)
      implements Step {
    static Step fails(Step step) {
      Outcome failed = new Outcome.Failed(failure("it was told to fail"));
      return new Otherwise(step, Optional.empty(), Optional.of(() -> failed), Optional.empty());
    }

    static Step hangs(Step step) {
      return new Otherwise(
          step, Optional.empty(), Optional.of(Otherwise::untilInterrupted), Optional.empty());
    }

    static Step cannotTell(Step step) {
      Probe unknown = new Probe.Unknown(failure("it was told not to know"));
      return new Otherwise(step, Optional.of(unknown), Optional.empty(), Optional.empty());
    }

    static Step cannotUndo(Step step) {
      Undo failed = new Undo.UndoFailed(failure("it was told to fail"));
      return new Otherwise(step, Optional.empty(), Optional.empty(), Optional.of(failed));
    }

    private static Outcome untilInterrupted() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      return new Outcome.Failed(failure("it was interrupted"));
    }

    @Override
    public Probe probe(StepContext context) {
      return probed.orElseGet(() -> step.probe(context));
    }

    @Override
    public Outcome apply(StepContext context) {
      return applied.orElse(() -> step.apply(context)).get();
    }

    @Override
    public Undo undo(StepContext context) {
      return undone.orElseGet(() -> step.undo(context));
    }
  }
}
