package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What reports tell of the requirements that the worker holds without a step. */
final class RulesKeptTest extends GatedFixture {
  RulesKeptTest() {
    policy = policy(List.of(), Optional.empty());
  }

  @Test
  void aTaskThatHasSucceededTellsWhenItEndedBesideTheTimeThatItHad() {
    Instant start = time.now();
    Instant end = start.plus(Duration.ofHours(1));
    demand("deadline: %s, timeout: PT30M".formatted(end), false);

    assertThat(results())
        .containsExactly(
            new RequirementResult(
                Requirement.DEADLINE, "by " + end, "ended at " + start, true, "deadline"),
            new RequirementResult(
                Requirement.TIMEOUT, "within PT30M", "ended after PT0S", true, "deadline"));
  }

  @Test
  void aTaskThatHadToWaitForItsTimeTellsWhenItBegan() {
    Instant first = time.now().plus(Duration.ofHours(2));
    Instant last = first.plus(Duration.ofHours(1));
    demand("timeline: {notBefore: %s, notAfter: %s}".formatted(first, last), false);
    assertThat(results()).isEmpty();

    time.advance(Duration.ofHours(2));
    assertThat(results())
        .extracting(
            RequirementResult::requirement,
            RequirementResult::measured,
            RequirementResult::satisfied)
        .containsExactly(
            tuple(Requirement.NOT_BEFORE, "began at " + first, true),
            tuple(Requirement.NOT_AFTER, "began at " + first, true));
  }

  @Test
  void aTaskThatHadToBeConsentedToTellsWhoDidAndWhichRecordProvesIt() {
    demand("compliance: {approvals: 2}", false);
    approve("t1", "ann", plan("t1"));
    assertThat(results()).isEmpty();

    approve("t1", "bob", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(results())
        .singleElement()
        .satisfies(it -> assertThat(it.requirement()).isEqualTo(Requirement.APPROVALS))
        .satisfies(it -> assertThat(it.wanted()).isEqualTo("at least 2"))
        .satisfies(it -> assertThat(it.measured()).matches("2 of 2: ann at .*@.*, bob at .*@.*"))
        .satisfies(it -> assertThat(it.satisfied()).isTrue());
  }

  @Test
  void whatAPersonLetGoOnAfterItsTimeIsNotToldAsInTime() {
    world.proved = true;
    world.behaviour.put("proof", ScriptedOperation.Behaviour.INCONCLUSIVE);
    demand("timeout: PT30M", false);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_DECISION);

    time.advance(Duration.ofMinutes(45));
    world.behaviour.clear();
    resolve("t1", TaskResolve.Decision.CONTINUE);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(results())
        .singleElement()
        .satisfies(it -> assertThat(it.measured()).isEqualTo("ended after PT45M"))
        .satisfies(it -> assertThat(it.satisfied()).isFalse());
  }

  @Test
  void aDryRunTellsNothingOfABeginning() {
    demand("compliance: {approvals: 1}, timeout: PT30M", true);

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(results())
        .extracting(RequirementResult::requirement)
        .containsExactly(Requirement.TIMEOUT);
  }

  @Test
  void aTaskThatDemandsNothingTellsNothing() {
    dispatch("t1");

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(results()).isEmpty();
  }

  private void demand(String requirements, boolean dryRun) {
    byte[] yaml = "{%s}".formatted(requirements).getBytes(StandardCharsets.UTF_8);
    dispatch(order("t1", "push", Json.readYaml(yaml, Requirements.class), dryRun));
  }

  private List<RequirementResult> results() {
    return journal.last("t1").deliverables().stream()
        .filter(RequirementResult.class::isInstance)
        .map(RequirementResult.class::cast)
        .toList();
  }
}
