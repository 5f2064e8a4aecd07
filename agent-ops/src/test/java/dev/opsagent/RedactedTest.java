package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.execution.AuditDraft;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.ProgramRuns;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.testing.UntouchedOperation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RedactedTest {
  private static final String SECRET = "the-token-of-the-registry";

  private final Redactor redactor = Redactor.of(Map.of("registry", SECRET));
  private final Redacted redacted = new Redacted(new Leaky(), redactor);
  private final List<String> progress = new ArrayList<>();

  /** Tells the secret in whatever it says. */
  private record Leaky() implements Operation, Step {
    private static final Failure FAILURE =
        Failure.of(ReasonCode.TOOL_FAILED, "ask " + SECRET, "it said " + SECRET, "no " + SECRET);

    private static final Facts FACTS = Facts.of(Map.of("answer", "it is " + SECRET));

    private static final Deliverable STATUS =
        new DeploymentStatus("process", SECRET, "sha256:0", Optional.of("a" + SECRET), true);

    @Override
    public String name() {
      return "push";
    }

    @Override
    public Optional<Failure> refuse(TaskDispatch task) {
      return Optional.of(FAILURE);
    }

    @Override
    public Resolution resolve(TaskDispatch task, StepContext context) {
      context.progress().line("have " + SECRET);
      return new Resolution.Resolved(FACTS);
    }

    @Override
    public Plan plan(TaskDispatch task, Facts observations) {
      throw new AssertionError("nothing is planned");
    }

    @Override
    public Step step(PlannedStep planned, TaskDispatch task) {
      return this;
    }

    @Override
    public Probe probe(StepContext context) {
      return new Probe.Satisfied(FACTS, List.of(STATUS));
    }

    @Override
    public Outcome apply(StepContext context) {
      return new Outcome.Failed(FAILURE);
    }

    @Override
    public Undo undo(StepContext context) {
      return new Undo.Remains(List.of("there is " + SECRET), List.of(STATUS));
    }
  }

  @Test
  void nothingThatAStepSaysHoldsASecret() {
    Step step = redacted.step(planned(), UntouchedOperation.task("local"));
    List<Object> said =
        List.of(
            redacted.refuse(UntouchedOperation.task("local")).orElseThrow(),
            redacted.resolve(UntouchedOperation.task("local"), context()),
            step.probe(context()),
            step.apply(context()),
            step.undo(context()));
    assertThat(said).allSatisfy(one -> assertThat(one.toString()).contains("[secret]"));
    assertThat(said.toString()).doesNotContain(SECRET);
    assertThat(progress).containsExactly("have [secret]");
  }

  @Test
  void whatAStepLetsOutIsHeard() {
    Step step = redacted.step(planned(), UntouchedOperation.task("local"));
    assertThat(ProgramRuns.hear(() -> step.apply(context())).leaked()).containsExactly("registry");
  }

  @Test
  void anOrderThatCarriesASecretIsRefusedWithoutRepeatingIt() {
    String yaml =
        """
        taskId: t-1
        operation: push
        target: {environment: local, service: web}
        parameters: {deploy: {env: {PASSWORD: %s}}}
        requestedBy: pm
        """
            .formatted(SECRET);
    TaskDispatch task = Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
    Failure refused = redacted.refuse(task).orElseThrow();
    assertThat(refused.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(refused.cause())
        .isEqualTo("parameters.deploy.env.PASSWORD holds the value of the secret registry");
    assertThat(refused.sentence()).doesNotContain(SECRET);
  }

  @Test
  void anAuditRecordIsSealedWithoutTheSecretAndItsChainHolds() {
    AuditDraft draft =
        new AuditDraft(
            new Target("local", "web"),
            Optional.empty(),
            "cancelled",
            "me " + SECRET,
            "because of " + SECRET,
            Optional.empty(),
            Optional.empty(),
            List.of("left " + SECRET),
            Instant.EPOCH);
    AuditRecord sealed = new RedactedAudit(new AuditChain(), redactor).seal(draft);
    assertThat(sealed.toString()).doesNotContain(SECRET);
    assertThat(List.of(sealed.actor(), sealed.summary(), sealed.effects().getFirst()))
        .containsExactly("me [secret]", "because of [secret]", "left [secret]");
    assertThat(new AuditChain().verify(sealed)).isEmpty();
  }

  private StepContext context() {
    return new StepContext(
        UntouchedOperation.task("local"),
        Facts.NONE,
        Optional.empty(),
        () -> {},
        progress::add,
        Duration.ofMinutes(1));
  }

  private static PlannedStep planned() {
    return new PlannedStep(
        "leak",
        "leak it",
        false,
        Reversibility.REVERSIBLE,
        List.of(),
        List.of(),
        Duration.ofSeconds(1),
        1);
  }
}
