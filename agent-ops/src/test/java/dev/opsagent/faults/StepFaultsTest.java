package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.many;
import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong inside steps and undos, while the worker itself is well. */
@Tag("core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StepFaultsTest {
  private final List<SmallDisk> disks = new ArrayList<>();
  private Fleet fleet;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    fleet = Fleet.create(folder, Fleet.Layout.shared().with("timeouts:\n  decision: 4s\n"));
    Path workspaces = fleet.data(1).resolve("workspaces");
    if (SmallDisk.possible()) {
      disks.add(SmallDisk.mount(fleet.data(1), "16m"));
      disks.add(SmallDisk.mount(workspaces, "1m"));
    }
    Files.createSymbolicLink(fleet.world.disk(), Files.createDirectories(workspaces));
    fleet.startWorker().awaitReady();
  }

  @AfterEach
  void theBooksAgree() {
    Books.agree(fleet);
  }

  @AfterAll
  void end() {
    fleet.close();
    disks.reversed().forEach(SmallDisk::close);
  }

  @Test
  void fault_14_a_full_disk_fails_the_step_and_its_task_is_undone_while_others_go_on() {
    SmallDisk small = disk(1);
    fleet.send(order("fills", "full", Cue.of("two", Behaviour.FILLS, "freed")));
    Awaitility.await().atMost(Fleet.PATIENCE).until(small::full);

    List<TaskDispatch> others = many("beside", 20, 5);
    fleet.send(others);
    fleet.awaitEnds(Orders.ids(others), Fleet.PATIENCE);
    assertThat(small.full()).isTrue();
    fleet.world.signal("freed");

    StatusReport end = fleet.await("fills");
    assertThat(end.state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(end.changes()).isEmpty();
    Awaitility.await().atMost(Fleet.PATIENCE).until(() -> !small.full());
    assertThat(fleet.run(order("after-full", "full")).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(others)
        .allSatisfy(it ->
            assertThat(fleet.bus.reports(it.taskId()).getLast().state())
                .isEqualTo(TaskState.SUCCEEDED));
  }

  @Test
  void fault_14_a_full_disk_under_the_index_delays_the_work_and_loses_nothing() throws IOException {
    SmallDisk small = disk(0);
    List<TaskDispatch> early = many("early", 10, 5);
    fleet.send(early);
    fleet.awaitEnds(Orders.ids(early), Fleet.PATIENCE);

    Path filler = small.fill();
    List<TaskDispatch> late = many("late", 20, 5);
    fleet.send(late);
    Awaitility.await()
        .during(Duration.ofSeconds(3))
        .until(() -> {
          small.fill();
          return small.full();
        });
    Files.delete(filler);

    fleet.awaitEnds(Orders.ids(late), Fleet.PATIENCE);
    fleet.send(early.getFirst()); // is still known
    fleet.send(Orders.order("after-early", "early-t0"));
    fleet.awaitEnds(List.of("after-early"), Fleet.PATIENCE);
  }

  private SmallDisk disk(int number) {
    Peers.require("root, to mount small disks", SmallDisk::possible, "run the tests as root");
    return disks.get(number);
  }

  @Test
  void fault_16_the_same_id_with_another_body_is_a_conflict_and_changes_nothing() {
    TaskDispatch task = order("taken", "taken", Cue.of("two", Behaviour.WAITS, "go-taken"));
    fleet.send(task);
    fleet.awaitEffect("taken", "two", Kind.BEGIN);

    fleet.send(order("taken", "taken", Cue.of("one", Behaviour.FAILS)));
    Awaitility.await().atMost(Fleet.PATIENCE).until(() -> conflicts("taken") == 1);
    fleet.world.signal("go-taken");
    assertThat(ended("taken").state()).isEqualTo(TaskState.SUCCEEDED);
    fleet.send(order("taken", "taken"));

    Awaitility.await().atMost(Fleet.PATIENCE).until(() -> conflicts("taken") == 2);
    assertThat(fleet.world.effects().count("taken", "two", Kind.APPLY)).isEqualTo(1);
  }

  private StatusReport ended(String taskId) {
    // The refusal of another order under its id is an end too, but not the task's.
    return Awaitility.await()
        .atMost(Fleet.PATIENCE)
        .until(
            () ->
                fleet.bus.reports(taskId).stream()
                    .filter(report -> report.state().isEnd() && report.revision() > 1)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private long conflicts(String taskId) {
    return fleet.bus.reports(taskId).stream()
        .flatMap(report -> report.reason().stream())
        .filter(reason -> reason.code() == ReasonCode.CONFLICT)
        .count();
  }

  @ParameterizedTest
  @EnumSource(names = {"WAITS", "LINGERS"})
  void fault_20_a_cancel_during_an_effect_undoes_whatever_stood(Behaviour when) {
    String id = "cancelled-" + when.word();
    TaskDispatch task = order(id, "cancelled", Cue.of("two", when));
    fleet.send(task);
    fleet.awaitEffect(id, "two", when == Behaviour.WAITS ? Kind.BEGIN : Kind.APPLY);

    fleet.cancel(task);

    StatusReport end = fleet.await(id);
    assertThat(end.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(end.changes()).isEmpty();
    EffectLedger effects = fleet.world.effects();
    assertThat(effects.count(id, "one", Kind.UNDO)).isEqualTo(1);
    assertThat(effects.count(id, "two", Kind.UNDO)).isEqualTo(when == Behaviour.WAITS ? 0 : 1);
    assertThat(effects.count(id, "three", Kind.BEGIN)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"UNDO_FAILS", "UNDO_BREAKS"})
  void fault_21_an_undo_that_fails_is_never_told_as_rolled_back(Behaviour how) {
    String id = how.word();
    String service = how.word();
    TaskDispatch task =
        order(id, service, Cue.of("one", how, "mended-" + id), Cue.of("two", Behaviour.FAILS));

    StatusReport asked = fleet.run(task);
    assertThat(asked.state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(asked.changes()).containsExactly("git-refs one");
    assertThat(escalation(id, "decision").decide()).contains("ops-agent resolve " + id);

    fleet.awaitEnds(List.of(id), Fleet.PATIENCE); // nobody decides
    assertThat(fleet.bus.reports(id).getLast().state()).isEqualTo(TaskState.IN_DOUBT);
    assertThat(escalation(id, "in_doubt").status()).isEqualTo(Escalation.Status.OPEN);
    assertThat(fleet.world.effects().stands(id, "one")).isTrue();

    StatusReport held = fleet.run(order(id + "-held", service));
    assertThat(held.reason().orElseThrow().code()).isEqualTo(ReasonCode.TARGET_HELD);
    fleet.resolve(task, Decision.DONE);
    Awaitility.await().atMost(Fleet.PATIENCE).until(() -> released(id));
    StatusReport next = fleet.run(order(id + "-next", service));
    assertThat(next.state()).isEqualTo(TaskState.SUCCEEDED);
  }

  private boolean released(String taskId) {
    return fleet.bus.audit(taskId).stream().anyMatch(record -> record.kind().equals("released"));
  }

  @Test
  void fault_21_an_undo_is_tried_again_when_a_person_says_so() {
    TaskDispatch task =
        order(
            "mended",
            "mended",
            Cue.of("one", Behaviour.UNDO_FAILS, "mended"),
            Cue.of("two", Behaviour.FAILS));
    assertThat(fleet.run(task).state()).isEqualTo(TaskState.AWAITING_DECISION);

    fleet.world.signal("mended");
    fleet.resolve(task, Decision.CONTINUE);

    fleet.awaitEnds(List.of("mended"), Fleet.PATIENCE);
    StatusReport end = fleet.bus.reports("mended").getLast();
    assertThat(end.state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(end.changes()).isEmpty();
  }

  @Test
  void fault_21_an_effect_that_nobody_knows_of_goes_to_a_person() {
    TaskDispatch task = order("unknown", "unknown", Cue.of("two", Behaviour.UNKNOWN, "known"));

    StatusReport asked = fleet.run(task);

    assertThat(asked.state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(escalation("unknown", "decision").severity())
        .isEqualTo(Escalation.Severity.CRITICAL);
    fleet.world.signal("known");
    fleet.resolve(task, Decision.CONTINUE);
    fleet.awaitEnds(List.of("unknown"), Fleet.PATIENCE);
    assertThat(fleet.bus.reports("unknown").getLast().state()).isEqualTo(TaskState.SUCCEEDED);
  }

  private Escalation escalation(String taskId, String what) {
    return fleet.bus.escalations(taskId).stream()
        .filter(it -> it.escalationId().startsWith(taskId + ":" + what))
        .findFirst()
        .orElseThrow();
  }
}
