package dev.opsagent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.routing.Router;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Environments;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TerritoryTest {
  private final AtomicReference<Environments> served =
      new AtomicReference<>(Environments.undeclared(List.of("staging", "local")));
  private final Territory territory =
      new Territory(Map.of("push", new Accepting()), served::get, new Assignment(Router::shipped));

  @Test
  void anEnvironmentThatIsNotServedIsRefusedNamingThoseThatAre() {
    Reason reason = territory.refuse(order("production")).orElseThrow();

    assertThat(reason.code()).isEqualTo(ReasonCode.UNKNOWN_ENVIRONMENT);
    assertThat(reason.detail()).isEqualTo("target.environment must be one of [local, staging]");
  }

  @Test
  void environmentsThatChangedCountForTheNextOrder() {
    assertThat(territory.refuse(order("local"))).isEmpty();

    served.set(Environments.undeclared(List.of("production")));
    assertThat(territory.refuse(order("production"))).isEmpty();
    assertThat(territory.refuse(order("local")).map(Reason::code))
        .contains(ReasonCode.UNKNOWN_ENVIRONMENT);
  }

  private static TaskDispatch order(String environment) {
    String yaml =
        """
        taskId: t-1
        operation: push
        target: {environment: %s, service: web}
        parameters: {bump: patch}
        requestedBy: pm
        """
            .formatted(environment);
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  /** Accepts every task, and must not be asked for more. */
  private record Accepting() implements Operation {
    @Override
    public String name() {
      return "push";
    }

    @Override
    public Optional<Failure> refuse(TaskDispatch task) {
      return Optional.empty();
    }

    @Override
    public Resolution resolve(TaskDispatch task, StepContext context) {
      throw new AssertionError("nothing is looked up");
    }

    @Override
    public Plan plan(TaskDispatch task, Facts observations) {
      throw new AssertionError("nothing is planned");
    }

    @Override
    public Step step(PlannedStep planned, TaskDispatch task) {
      throw new AssertionError("nothing is done");
    }
  }
}
