package dev.opsagent.tools.front;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.RuntimeContract;
import dev.opsagent.tools.process.ProcessRuntimeContractTest;
import java.io.IOException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What came in blue-green, and is replaced by recreate: it promises what every runtime does. */
final class RecreatedBehindFrontContractTest extends ProcessRuntimeContractTest {
  @Override
  protected List<String> targets(String target) {
    return BlueGreen.targets(target);
  }

  @Override
  protected ServiceRuntime runtime() {
    return BlueGreen.thenRecreate(fronted(super.runtime()));
  }

  @Override
  protected ServiceRuntime dying(int changes) {
    return BlueGreen.thenRecreate(fronted(new DyingRuntime(super.runtime(), changes)));
  }

  private ServiceRuntime fronted(ServiceRuntime slots) {
    return new FrontedRuntime.Fronts(programs(), data, System::nanoTime).before(slots);
  }

  @Test
  void theReleaseBeforeEndsBeforeTheNewOneStartsAndCallersComeInWhereTheyDid() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");

    Running second = subject.deploy("2.0.0", "task-2");

    assertThat(second.address()).isEqualTo(first.address());
    assertThat(second.direct()).isEqualTo(first.direct());
    assertThat(ok(fronted(super.runtime()).keepsWarm(subject.target()))).isFalse();
  }

  @Test
  void releasesOfBothStrategiesAreTakenBackInTurn() throws Exception {
    Subject subject = subject();
    ServiceRuntime runtime = fronted(super.runtime());
    subject.deploy("1.0.0", "task-1");
    Running second = subject.deploy("2.0.0", "task-2");
    Release green = subject.release("3.0.0", "task-3");
    ok(runtime.replace(subject.target(), green, BlueGreen::serves));
    assertThat(ok(runtime.retire(subject.target()))).isTrue();
    Running again = subject.deploy("1.0.0", "task-4");
    assertThat(again.previous()).contains("3.0.0");

    Running third = subject.rollback(again).orElseThrow();
    RuntimeContract.assertAnswers(third, "3.0.0");
    assertThat(third.previous()).contains("2.0.0");
    RuntimeContract.assertAnswers(subject.rollback(third).orElseThrow(), "2.0.0");
    assertThat(subject.rollback(second)).isEmpty();
  }

  @Test
  void aReleaseThatFailsLeavesTheOneBeforeThatCanStillBeTakenBack() throws Exception {
    Subject subject = subject();
    subject.deploy("1.0.0", "task-1");
    Running second = subject.deploy("2.0.0", "task-2");
    Release broken = subject.broken("9.0.0", "task-3");
    no(runtime().deploy(subject.target(), broken));

    Running back = ok(runtime().rollback(subject.target(), broken.digest())).orElseThrow();

    RuntimeContract.assertAnswers(back, "2.0.0");
    RuntimeContract.assertAnswers(subject.rollback(second).orElseThrow(), "1.0.0");
  }

  @Test
  void anotherPortIsRefusedSinceTheFrontHasTheCallers() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release moved = subject.release("2.0.0", "task-2").on(FreePort.any());

    Failure failure = no(runtime().deploy(subject.target(), moved));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(subject.running()).contains(first);
  }

  @Test
  void whatWasStoppedChangesBetweenWithAndWithoutTheFront() throws Exception {
    Subject subject = subject();
    ServiceRuntime runtime = fronted(super.runtime());
    subject.deploy("1.0.0", "task-1");
    ok(runtime.stop(subject.target()));

    Running bare = ok(runtime.deploy(subject.target(), subject.release("2.0.0", "task-2")));

    assertThat(bare.direct()).as("nothing is before it").isEmpty();
    RuntimeContract.assertAnswers(bare, "2.0.0");
    Release third = subject.release("3.0.0", "task-3");
    assertThat(no(runtime.replace(subject.target(), third, BlueGreen::serves)).fix())
        .contains("stop it first");
    ok(runtime.stop(subject.target()));
    Running fronted = ok(runtime.replace(subject.target(), third, BlueGreen::serves));
    assertThat(fronted.direct()).isPresent();
    RuntimeContract.assertAnswers(fronted, "3.0.0");
  }

  @Test
  void allReplicasAreReplacedAndTakenBack() throws Exception {
    Subject subject = subject();
    ServiceRuntime runtime = fronted(super.runtime());
    String target = subject.target();
    Release first = subject.release("1.0.0", "task-1").times(3);
    ok(runtime.replace(target, first, BlueGreen::serves));

    Running second = ok(runtime.deploy(target, subject.release("2.0.0", "task-2")));

    assertThat(second.version()).isEqualTo("2.0.0");
    assertThat(second.replicas()).contains(new ServiceRuntime.Replicas(3, 3));
    for (int request = 0; request < 6; request++) {
      RuntimeContract.assertAnswers(second, "2.0.0");
    }
    Running back = ok(runtime.rollback(target, second.digest())).orElseThrow();
    assertThat(back.replicas()).contains(new ServiceRuntime.Replicas(3, 3));
    for (int request = 0; request < 6; request++) {
      RuntimeContract.assertAnswers(back, "1.0.0");
    }
    ok(runtime.stop(target));
    assertThat(ok(runtime.keepsWarm(target))).isFalse();
  }

  /** A front ends by itself once it has nothing to answer for. */
  @AfterEach
  void endTheFront() throws IOException {
    FrontFolder front = new FrontFolder(data.toAbsolutePath().normalize().resolve("front"));
    front.write(new Routes(front.routes().revision() + 1, List.of()));
    Awaitility.await().until(() -> !front.isServed());
  }
}
