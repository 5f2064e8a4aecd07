package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.ScriptedOperation.Behaviour;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartitionEngineTest extends EngineFixture {
  @Test
  void a_task_runs_its_steps_in_order_and_reports_every_change_without_a_gap() {
    dispatch("t1", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(world.effects).containsExactly("do t1/one", "do t1/two", "do t1/three");
    assertGapless("t1");
    assertThat(journal.last("t1").changes())
        .containsExactly("git-refs one", "git-refs two", "deployment three");
  }

  @Test
  void the_same_task_again_is_answered_from_the_record_and_another_payload_is_a_conflict() {
    dispatch("t1", false);
    int before = journal.reports("t1").size();
    dispatch("t1", false);
    assertThat(journal.reports("t1")).hasSize(before + 1);
    assertThat(journal.last("t1")).isEqualTo(journal.reports("t1").get(before - 1));
    dispatch("t1", true);
    assertThat(journal.last("t1").reason().orElseThrow().code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(world.effects).hasSize(3);
  }

  @Test
  void what_would_be_refused_by_now_is_answered_from_the_record_when_it_is_known() {
    TaskDispatch order = order("t1", "push", false);
    dispatch(order);
    StatusReport end = journal.last("t1");
    StatusReport late =
        TaskMachine.refusal(
            order, new Reason(ReasonCode.DEADLINE_PASSED, "late", Optional.empty()), time.now());
    String digest = EventCodec.payloadDigest(order);
    engine.refuse(order, late, digest, Optional.empty(), consumed(Input.TASKS));
    time.settle();
    assertThat(journal.last("t1")).isEqualTo(end);
    TaskDispatch other = order("t2", "push", false);
    engine.refuse(other, late, digest, Optional.empty(), consumed(Input.TASKS));
    time.settle();
    assertThat(journal.last("t1")).as("reported as it was given").isEqualTo(late);
  }

  @Test
  void a_dry_run_has_the_plan_of_the_run_and_no_effect() {
    dispatch("dry", true);
    dispatch("wet", false);
    assertThat(journal.last("dry").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(plan("dry")).isEqualTo(plan("wet"));
    assertThat(world.effects).noneMatch(effect -> effect.contains("dry"));
    List<String> planned =
        journal.reports("wet").stream()
            .flatMap(report -> report.plan().stream())
            .flatMap(plan -> plan.steps().stream())
            .flatMap(step -> step.effects().stream())
            .toList();
    assertThat(journal.audit().stream().flatMap(record -> record.effects().stream()))
        .containsExactlyElementsOf(planned);
  }

  @Test
  void a_failed_step_undoes_the_ones_before_it_in_reverse() {
    world.behaviour.put("three", Behaviour.FAILS);
    dispatch("t1", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(world.effects)
        .containsExactly("do t1/one", "do t1/two", "undo t1/two", "undo t1/one");
    assertThat(journal.escalations()).hasSize(1);
    assertGapless("t1");
  }

  @Test
  void a_failure_before_any_effect_is_failed_and_not_rolled_back() {
    world.behaviour.put("one", Behaviour.FAILS);
    dispatch("t1", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.FAILED);
    assertThat(world.effects).isEmpty();
    assertThat(journal.escalations()).isEmpty();
  }

  @Test
  void a_passing_failure_is_tried_again_after_a_pause() {
    world.behaviour.put("two", Behaviour.FAILS_ONCE);
    dispatch("t1", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.RUNNING);
    time.advance(Duration.ofSeconds(5));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void a_tool_that_fails_after_the_effect_is_believed_less_than_the_probe() {
    world.behaviour.put("two", Behaviour.DONE_BUT_FAILS);
    dispatch("t1", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(world.effects).hasSize(3);
  }

  @Test
  void what_nobody_knows_goes_to_a_person_who_can_say_that_it_was_done() {
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    StatusReport waiting = journal.last("t1");
    assertThat(waiting.state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(waiting.waiting().orElseThrow().sentence()).contains("ops-agent resolve t1");
    assertThat(journal.escalations()).hasSize(1);
    resolve("t1", Decision.DONE);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(world.effects).containsExactly("do t1/one", "do t1/three");
  }

  @Test
  void a_check_that_is_inconclusive_neither_fails_nor_passes_and_is_not_tried_again() {
    inconclusive();

    StatusReport waiting = journal.last("t1");
    assertThat(waiting.state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(waiting.reason().orElseThrow().code()).isEqualTo(ReasonCode.INCONCLUSIVE);
    assertThat(waiting.changes()).hasSize(3);
    assertThat(world.effects).hasSize(4).endsWith("check t1/proof");
    assertThat(journal.escalations())
        .singleElement()
        .satisfies(it -> assertThat(it.evidence().getFirst()).contains("nobody answers"));
  }

  @Test
  void who_accepts_an_inconclusive_check_is_recorded_and_the_check_is_looked_at_not_made() {
    inconclusive();
    restart();
    resolve("t1", Decision.DONE);

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(world.effects).hasSize(4);
    assertThat(journal.audit())
        .anySatisfy(record -> {
          assertThat(record.kind()).isEqualTo("resolved");
          assertThat(record.actor()).isEqualTo("ann");
          assertThat(record.summary()).isEqualTo("done: looked");
        });
  }

  @Test
  void who_rejects_an_inconclusive_check_has_everything_taken_back() {
    inconclusive();
    resolve("t1", Decision.UNDONE);

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(journal.last("t1").reason().orElseThrow().code()).isEqualTo(ReasonCode.INCONCLUSIVE);
    assertThat(world.standing).isEmpty();
  }

  @Test
  void an_inconclusive_check_is_made_again_when_a_person_asks_for_it() {
    inconclusive();
    world.behaviour.clear();
    resolve("t1", Decision.CONTINUE);

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(world.effects).hasSize(5);
  }

  @Test
  void what_nobody_decides_about_an_inconclusive_check_ends_in_doubt() {
    inconclusive();
    time.advance(Duration.ofHours(25));

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.IN_DOUBT);
    assertThat(world.standing).hasSize(3);
  }

  @Test
  void a_task_that_is_cancelled_asks_nobody_about_its_check() {
    world.beforeEffect =
        () -> {
          if (world.effects.size() == 3) {
            engine.control(new TaskCancel("t1", TARGET, "pm", "no"), consumed(Input.CONTROL));
          }
        };
    inconclusive();

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.CANCELLED);
    assertThat(world.standing).isEmpty();
    assertThat(journal.escalations()).isEmpty();
  }

  @Test
  void a_release_that_is_worse_than_the_one_before_is_taken_back_and_told_as_such() {
    world.proved = true;
    world.behaviour.put("proof", Behaviour.DEGRADED);
    dispatch("t1", false);

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(journal.escalations())
        .singleElement()
        .satisfies(
            it -> assertThat(it.trigger()).isEqualTo(Escalation.Trigger.PERFORMANCE_DEGRADATION));
  }

  private void inconclusive() {
    world.proved = true;
    world.behaviour.put("proof", Behaviour.INCONCLUSIVE);
    dispatch("t1", false);
  }

  @Test
  void what_nobody_decides_ends_in_doubt_and_holds_the_target_until_it_is_resolved() {
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofHours(25));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.IN_DOUBT);
    world.behaviour.clear();
    dispatch("t2", false);
    assertThat(journal.last("t2").reason().orElseThrow().code()).isEqualTo(ReasonCode.TARGET_HELD);
    restart();
    dispatch("t3", false);
    assertThat(journal.last("t3").state()).isEqualTo(TaskState.REJECTED);
    resolve("t1", Decision.UNDONE);
    dispatch("t4", false);
    assertThat(journal.last("t4").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void an_undo_that_fails_is_never_reported_as_rolled_back() {
    world.behaviour.put("two", Behaviour.UNDO_FAILS);
    world.behaviour.put("three", Behaviour.FAILS);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_DECISION);
    resolve("t1", Decision.ABANDON);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.IN_DOUBT);
  }

  @Test
  void a_conflict_is_not_ours_to_undo() {
    world.behaviour.put("two", Behaviour.CONFLICTS);
    dispatch("t1", false);
    assertThat(world.effects).containsExactly("do t1/one", "undo t1/one");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.ROLLED_BACK);
  }

  @Test
  void tasks_of_one_target_run_one_after_the_other() {
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    dispatch("t2", false);
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.ACCEPTED);
    world.behaviour.clear();
    resolve("t1", Decision.CONTINUE);
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void a_cancel_that_comes_before_its_task_is_remembered_over_a_restart() {
    cancel("t1");
    restart();
    dispatch("t1", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.CANCELLED);
    assertThat(world.effects).isEmpty();
  }

  @Test
  void an_order_waits_until_it_can_be_told_whether_it_is_known() {
    dispatch("t1", false);
    int before = journal.reports("t1").size();
    restartWithoutIndex();

    dispatch("t1", false);
    dispatch("t2", false);
    assertThat(journal.reports("t1")).hasSize(before);
    assertThat(journal.reports("t2")).isEmpty();
    indexed();

    assertThat(journal.reports("t1")).hasSize(before + 1);
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(world.effects).filteredOn(effect -> effect.contains("t1")).hasSize(3);
  }

  @Test
  void words_are_heard_before_the_index_is_complete_but_not_behind_an_order() {
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    restartWithoutIndex();
    assertThat(engine.full(Input.TASKS)).isTrue();
    assertThat(engine.full(Input.CONTROL)).isFalse();

    resolve("t1", Decision.DONE);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    dispatch(order("t3", "rollback", false));
    cancel("t2");
    int heard = journal.records().size();
    assertThat(engine.full(Input.CONTROL)).isTrue();
    indexed();

    assertThat(journal.records()).hasSizeGreaterThan(heard);
    assertThat(journal.reports("t3")).isNotEmpty();
    assertThat(engine.full(Input.TASKS)).isFalse();
    assertThat(engine.full(Input.CONTROL)).isFalse();
    dispatch("t2", false);
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void a_cancel_between_two_attempts_undoes_what_was_done() {
    world.behaviour.put("two", Behaviour.FAILS_ONCE);
    dispatch("t1", false);
    cancel("t1");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.CANCELLED);
    assertThat(world.effects).containsExactly("do t1/one", "undo t1/one");
  }

  @Test
  void a_task_that_waits_too_long_in_its_lane_expires() {
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    dispatch("t2", false);
    time.advance(Duration.ofHours(2));
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.EXPIRED);
  }

  @Test
  void a_task_that_only_holds_its_target_takes_no_place() {
    settings =
        new PartitionSettings(
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofHours(1),
            1,
            Duration.ofDays(1),
            1,
            Duration.ofSeconds(1),
            Optional.empty());
    restart();
    engine.indexed();
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    assertThat(engine.full(Input.TASKS)).isTrue();
    time.advance(Duration.ofHours(2));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.IN_DOUBT);
    assertThat(engine.full(Input.TASKS)).isFalse();
  }

  @Test
  void what_a_person_says_still_stands_is_still_said_to_run() {
    world.behaviour.put("three", Behaviour.UNDO_FAILS);
    world.beforeEffect =
        () -> {
          if (world.effects.size() == 2) {
            engine.control(
                new TaskCancel("t1", TARGET, "pm", "no longer"), consumed(Input.CONTROL));
          }
        };
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_DECISION);
    resolve("t1", Decision.DONE);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.CANCELLED);
    assertThat(journal.last("t1").changes()).containsExactly("deployment three");
    assertThat(journal.running()).contains("t1/three");
  }

  @Test
  void what_is_taken_back_leaves_what_ran_when_the_task_began() {
    world.behaviour.put("t1/two", Behaviour.UNKNOWN);
    world.behaviour.put("t2/three", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    dispatch("t2", false);
    world.behaviour.remove("t1/two");
    resolve("t1", Decision.CONTINUE);
    time.advance(Duration.ofMinutes(1));
    assertThat(journal.running()).contains("t1/three");
    resolve("t2", Decision.UNDONE);
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(journal.running()).contains("t1/three");
  }

  @Test
  void an_undo_whose_time_is_over_before_its_entry_is_committed_never_begins() {
    world.behaviour.put("three", Behaviour.FAILS);
    world.beforeEffect = () -> journal.stuck(world.effects.size() == 2);
    dispatch("t1", false);
    time.advance(Duration.ofHours(1));
    journal.stuck(false);
    time.advance(Duration.ofMinutes(1));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(world.effects).containsExactly("do t1/one", "do t1/two");
  }

  @Test
  void a_step_that_was_given_up_while_it_hung_does_nothing_any_more() {
    world.beforeEffect = () -> time.advance(Duration.ofMinutes(5));
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(world.effects).isEmpty();
  }

  @Test
  void fault_03_a_crash_after_every_entry_ends_as_without_a_crash() {
    for (Behaviour behaviour : List.of(Behaviour.WORKS, Behaviour.FAILS, Behaviour.FAILS_ONCE)) {
      TaskState calm = new PartitionEngineTest().endOf(behaviour, Integer.MAX_VALUE);
      for (int crash = 1; crash < 20; crash++) {
        PartitionEngineTest run = new PartitionEngineTest();
        assertThat(run.endOf(behaviour, crash))
            .as("%s, crash %d", behaviour, crash)
            .isEqualTo(calm);
        assertThat(run.world.effects).doesNotHaveDuplicates();
        run.assertGapless("t1");
        run.assertChained();
      }
    }
  }

  @Test
  void a_step_whose_peer_is_held_back_is_put_off_without_counting_the_attempt() {
    Deque<Guards.Entry> answers =
        new ArrayDeque<>(
            List.of(
                new Guards.Open(),
                new Guards.Held(Duration.ofMinutes(1), "it did not answer"),
                new Guards.Held(Duration.ofMinutes(1), "it did not answer")));
    guards = _ -> answers.isEmpty() ? new Guards.Open() : answers.remove();
    engine = engine();
    world.behaviour.put("two", Behaviour.FAILS_ONCE);

    dispatch("t1", false);
    time.advance(Duration.ofSeconds(59));
    StatusReport putOff = journal.last("t1");
    assertThat(putOff.state()).isEqualTo(TaskState.RUNNING);
    assertThat(journal.reports("t1"))
        .anyMatch(report ->
            report.reason().filter(why -> why.code() == ReasonCode.BREAKER_OPEN).isPresent());
    time.advance(Duration.ofMinutes(3));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(world.effects).containsExactly("do t1/one", "do t1/two", "do t1/three");
    assertGapless("t1");
  }

  @Test
  void a_cancel_while_a_step_is_put_off_undoes_what_was_done() {
    Deque<Guards.Entry> answers = new ArrayDeque<>(List.of(new Guards.Open()));
    guards =
        _ ->
            answers.isEmpty()
                ? new Guards.Held(Duration.ofHours(1), "it did not answer")
                : answers.remove();
    engine = engine();
    dispatch("t1", false);
    guards = Guards.NONE;
    answers.addAll(List.of(new Guards.Open(), new Guards.Open()));
    cancel("t1");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.CANCELLED);
    assertThat(world.effects).containsExactly("do t1/one", "undo t1/one");
    assertThat(journal.last("t1").reason().orElseThrow().detail()).contains("was undone");
  }

  @Test
  void a_plan_that_declares_a_foreign_path_is_refused_before_any_effect() {
    world.paths = List.of("Dockerfile", "src/main/java/DockerAdapter.java");
    dispatch("t1", false);
    StatusReport end = journal.last("t1");
    assertThat(end.state()).isEqualTo(TaskState.REJECTED);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.NOT_MINE);
    assertThat(end.reason().orElseThrow().detail())
        .contains("src/main/java/DockerAdapter.java belongs to Engineer (rule ");
    assertThat(world.effects).isEmpty();
  }

  @Test
  void a_plan_may_declare_our_own_paths_and_our_values_of_shared_files() {
    world.paths = List.of("Dockerfile", "package.json#/version", "package-lock.json");
    dispatch("t1", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void an_order_that_overtakes_goes_before_those_that_only_wait() {
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(1));
    dispatch("t2", false);
    dispatch(order("t3", "rollback", false));
    world.behaviour.clear();
    resolve("t1", Decision.CONTINUE);
    assertThat(world.effects)
        .containsSubsequence("do t1/three", "do t3/one", "do t3/three", "do t2/one");
  }

  @Test
  void ended_tasks_leave_the_ledger_after_a_time_and_stay_known() {
    engine.indexed();
    dispatch("t1", false);
    time.advance(Duration.ofDays(16));
    assertThat(journal.records())
        .anyMatch(record ->
            record instanceof JournalRecord.Ledger(var key, var value)
                && key.equals("t1")
                && value.isEmpty());
    dispatch("t1", false);
    assertThat(world.effects).hasSize(3);
  }

  private TaskState endOf(Behaviour behaviour, int entries) {
    world.behaviour.put("three", behaviour);
    journal.dieAfter(entries);
    dispatch("t1", false);
    time.advance(Duration.ofSeconds(5));
    journal.dieAfter(Integer.MAX_VALUE);
    restart();
    time.advance(Duration.ofMinutes(1));
    assertChained();
    return journal.last("t1").state();
  }
}
