package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingCompose;
import dev.opsagent.testing.TestingPrograms;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/** The same with Compose 1, where the engine's client has no plugin. */
class OldComposeContractTest extends ComposeRuntimeContractTest {
  @BeforeAll
  static void findOldCompose() {
    Peers.require(
        "Compose 1",
        () -> TestingPrograms.ofTheMachine().available("docker-compose"),
        "run .ci/install-packages");
  }

  @Override
  protected ServiceRuntime runtime(Programs started) {
    return TestingCompose.runtime(new WithoutPlugin(started), data);
  }

  /** A machine whose {@code docker} knows no {@code compose}. */
  private record WithoutPlugin(Programs machine) implements Programs {
    @Override
    public boolean available(String program) {
      return machine.available(program);
    }

    @Override
    public Answer<Finished> run(Command command) {
      return command.arguments().size() > 1
              && command.arguments().subList(0, 2).equals(List.of("docker", "compose"))
          ? new Answer.Ok<>(new Finished(1, "", "unknown command: docker compose", Duration.ZERO))
          : machine.run(command);
    }

    @Override
    public Answer<Process> start(Detached detached) {
      return machine.start(detached);
    }
  }
}
