package dev.opsagent.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.DecoratedOperation;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Retention;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.UntouchedOperation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CheckedOperationTest {
  private Answer<Duration> kept = new Answer.Ok<>(Duration.ofDays(30));
  private final Operation operation =
      new CheckedOperation(
          new OneStep(),
          List.of(new RetentionCheck(new PlayedRetention()), new SignatureCheck(true)));

  @Test
  void aTaskThatDemandsMoreThanTheBusKeepsIsRefusedByTheNameOfTheRequirement() {
    assertThat(operation.refuse(task("compliance: {evidenceRetention: P31D}")))
        .get()
        .satisfies(it -> assertThat(it.code()).isEqualTo(ReasonCode.UNSUPPORTED_REQUIREMENT))
        .satisfies(it ->
            assertThat(it.sentence())
                .contains("requirements.compliance.evidenceRetention", "PT720H", "PT744H"));
    assertThat(operation.refuse(task("compliance: {evidenceRetention: P30D}"))).isEmpty();
  }

  @Test
  void whatIsDemandedIsCheckedBeforeAnythingElseAndTold() {
    TaskDispatch task = task("compliance: {evidenceRetention: P7D}");

    assertThat(operation.plan(task, Facts.NONE).steps())
        .extracting(PlannedStep::name)
        .containsExactly("check-retention", "act");
    assertThat(apply(task))
        .isEqualTo(
            new Outcome.Applied(
                Facts.NONE,
                List.of(
                    new RequirementResult(
                        Requirement.EVIDENCE_RETENTION,
                        "at least PT168H",
                        "for PT720H",
                        true,
                        "check-retention"))));
    kept = new Answer.Ok<>(Retention.FOR_EVER);
    assertThat(apply(task)).asString().contains("for ever");
  }

  @Test
  void whatIsKeptForLessTimeByNowOrNobodyKnowsDoesNotPass() {
    TaskDispatch task = task("compliance: {evidenceRetention: P7D}");
    kept = new Answer.Ok<>(Duration.ofDays(6));
    assertThat(apply(task))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.failure().code()).isEqualTo(ReasonCode.UNSUPPORTED_REQUIREMENT));

    kept = new Answer.No<>(Failure.passing(ReasonCode.UNREACHABLE, "ask", "no answer", ""));
    assertThat(apply(task))
        .isInstanceOfSatisfying(
            Outcome.Failed.class, it -> assertThat(it.failure().retryable()).isTrue());
  }

  @Test
  void thePlanOfATaskThatDemandsNothingIsTheOperationsOwn() {
    TaskDispatch task = task("");

    assertThat(operation.plan(task, Facts.NONE)).isEqualTo(new OneStep().plan(task, Facts.NONE));
  }

  @Test
  void anOrderThatMustBeSignedIsToldWithTheKeyThatHasSignedIt() {
    TaskDispatch task = task("compliance: {signed: true}");

    assertThat(operation.refuse(task)).isEmpty();
    assertThat(operation.plan(task, Facts.NONE).steps())
        .extracting(PlannedStep::name)
        .containsExactly("check-signatures", "act");
    assertThat(apply(task))
        .isEqualTo(
            new Outcome.Applied(
                Facts.NONE,
                List.of(
                    new RequirementResult(
                        Requirement.SIGNED,
                        "the order, and what lets it in",
                        "the order by the key pm-1; what is not signed lets nothing in",
                        true,
                        "check-signatures"))));
  }

  @Test
  void anOrderThatMustBeSignedDoesNotPassWhereNobodySignsOrNoKeyIsKnown() {
    TaskDispatch task = task("compliance: {signed: true}");
    Operation open = new CheckedOperation(new OneStep(), List.of(new SignatureCheck(false)));

    assertThat(open.refuse(task))
        .get()
        .satisfies(it -> assertThat(it.code()).isEqualTo(ReasonCode.UNSUPPORTED_REQUIREMENT))
        .satisfies(it -> assertThat(it.sentence()).contains("requirements.compliance.signed"));
    assertThat(open.refuse(task(""))).isEmpty();
    assertThat(apply(open, task, Optional.of("pm-1"))).isInstanceOf(Outcome.Failed.class);
    assertThat(apply(operation, task, Optional.empty())).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void allThatIsDemandedIsCheckedInOnePlan() {
    TaskDispatch task = task("compliance: {signed: true, evidenceRetention: P7D}");

    assertThat(operation.plan(task, Facts.NONE).steps())
        .extracting(PlannedStep::name)
        .containsExactly("check-retention", "check-signatures", "act");
  }

  private Outcome apply(TaskDispatch task) {
    return apply(operation, task, Optional.of("pm-1"));
  }

  private static Outcome apply(Operation operation, TaskDispatch task, Optional<String> key) {
    PlannedStep check = operation.plan(task, Facts.NONE).steps().getFirst();
    StepContext context =
        new StepContext(
            task, Facts.NONE, Optional.empty(), key, () -> {}, _ -> {}, Duration.ofMinutes(1));
    return operation.step(check, task).apply(context);
  }

  private static TaskDispatch task(String requirements) {
    String yaml =
        """
        {taskId: t-1, operation: act, target: {environment: local, service: web},
         requirements: {%s}, requestedBy: pm}
        """
            .formatted(requirements);
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  private final class PlayedRetention implements Retention {
    @Override
    public Duration known() {
      return Duration.ofDays(30);
    }

    @Override
    public Answer<Duration> kept() {
      return kept;
    }
  }

  private record OneStep(Operation operation) implements DecoratedOperation {
    OneStep() {
      this(new UntouchedOperation());
    }

    @Override
    public Plan plan(TaskDispatch task, Facts observations) {
      return Plan.of(
          observations, List.of(PlannedStep.check("act", "act", Duration.ofMinutes(1), 1)));
    }
  }
}
