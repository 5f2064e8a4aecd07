package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.simulation.MemoryIndex;
import dev.opsagent.simulation.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An engine on virtual time, with a journal and a world that outlive it. */
abstract class EngineFixture {
  static final PlanAuthority OWNERS = PlanAuthority.of(OwnershipMap.standard());
  static final Target TARGET = new Target("local", "shop");

  final VirtualTime time = new VirtualTime();
  final RecordedJournal journal = new RecordedJournal();
  final ScriptedOperation world = new ScriptedOperation();
  MemoryIndex index = new MemoryIndex();
  Guards guards = Guards.NONE;
  Gate gate = Gate.OPEN;
  long offset;
  PartitionSettings settings = PartitionSettings.DEFAULT;
  PartitionEngine engine = engine();

  PartitionEngine engine() {
    PartitionEngine fresh = withoutIndex();
    fresh.indexed();
    return fresh;
  }

  PartitionEngine withoutIndex() {
    PartitionEngine.Ports ports =
        new PartitionEngine.Ports(
            journal.open(time),
            index,
            new AuditChain(),
            Map.of(world.name(), world, "rollback", new Overtaking(world)),
            OWNERS,
            gate,
            time,
            time,
            attempt -> Duration.ofSeconds(attempt),
            guards,
            _ -> {},
            (_, _, _) -> {},
            EngineListener.NONE);
    return new PartitionEngine(0, ports, settings);
  }

  void restart() {
    restartWithoutIndex();
    indexed();
  }

  void indexed() {
    journal.fill(index);
    engine.indexed();
    time.settle();
  }

  /** As long as the index is not filled. */
  void restartWithoutIndex() {
    engine.lost();
    time.settle();
    index = new MemoryIndex();
    engine = withoutIndex();
    engine.restore(journal.fold());
    time.settle();
  }

  void dispatch(String taskId, boolean dryRun) {
    dispatch(order(taskId, "push", dryRun));
  }

  void dispatch(TaskDispatch order) {
    engine.dispatch(
        order, EventCodec.payloadDigest(order), Optional.empty(), consumed(Input.TASKS));
    time.settle();
  }

  static TaskDispatch order(String taskId, String operation, boolean dryRun) {
    return order(taskId, operation, Requirements.NONE, dryRun);
  }

  static TaskDispatch order(
      String taskId, String operation, Requirements requirements, boolean dryRun) {
    return new TaskDispatch(
        taskId,
        operation,
        TARGET,
        Optional.empty(),
        Json.mapper().createObjectNode(),
        requirements,
        List.of(),
        "pm",
        dryRun,
        Optional.empty());
  }

  void cancel(String taskId) {
    engine.control(new TaskCancel(taskId, TARGET, "pm", "no longer"), consumed(Input.CONTROL));
    time.settle();
  }

  void resolve(String taskId, Decision decision) {
    engine.control(
        new TaskResolve(taskId, TARGET, "ann", decision, "looked"), consumed(Input.CONTROL));
    time.settle();
  }

  Consumed consumed(Input input) {
    return new Consumed(input, offset++);
  }

  /** The plan that was announced last. */
  String plan(String taskId) {
    return journal.reports(taskId).stream()
        .flatMap(report -> report.plan().stream())
        .reduce((_, last) -> last)
        .orElseThrow()
        .digest();
  }

  void assertGapless(String taskId) {
    List<StatusReport> reports = journal.reports(taskId);
    for (int i = 0; i < reports.size(); i++) {
      assertThat(reports.get(i).revision()).isEqualTo(i + 1);
    }
  }

  void assertChained() {
    AuditChain chain = new AuditChain();
    for (AuditRecord record : journal.audit()) {
      assertThat(chain.verify(record)).isEmpty();
    }
  }
}
