package dev.opsagent.tools.front;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.RuntimeContract;
import dev.opsagent.tools.process.ProcessRuntimeContractTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blue-green promises what every runtime does; here with processes in its slots. */
class FrontedRuntimeContractTest extends ProcessRuntimeContractTest {
  @Override
  protected List<String> targets(String target) {
    return BlueGreen.targets(target);
  }

  @Override
  protected ServiceRuntime runtime() {
    return fronted(super.runtime());
  }

  /** The worker may end around each change of a slot; the turns of the front lie in between. */
  @Override
  protected ServiceRuntime dying(int changes) {
    return fronted(new DyingRuntime(super.runtime(), changes));
  }

  private ServiceRuntime fronted(ServiceRuntime slots) {
    return new BlueGreen(fronts().before(slots));
  }

  private FrontedRuntime.Fronts fronts() {
    return new FrontedRuntime.Fronts(programs(), data, System::nanoTime);
  }

  @Test
  void aRollbackOfAReleaseOnAnotherPortBringsTheOldPortBack() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release moved = subject.release("2.0.0", "task-2").on(FreePort.any());
    RuntimeContract.assertAnswers(ok(runtime().deploy(subject.target(), moved)), "2.0.0");

    Running back = ok(runtime().rollback(subject.target(), moved.digest())).orElseThrow();

    assertThat(back.address()).isEqualTo(first.address());
    RuntimeContract.assertAnswers(back, "1.0.0");
  }

  @Test
  void nobodyGoesBackToAReleaseWhoseSlotWasUsedSince() throws Exception {
    Subject subject = subject();
    subject.deploy("1.0.0", "task-1");
    Running second = subject.deploy("2.0.0", "task-2");
    Running third = subject.deploy("3.0.0", "task-3");
    Release broken = subject.broken("9.0.0", "task-4");
    no(runtime().deploy(subject.target(), broken));
    RuntimeContract.assertAnswers(
        ok(runtime().rollback(subject.target(), broken.digest())).orElseThrow(), "3.0.0");

    RuntimeContract.assertAnswers(subject.rollback(third).orElseThrow(), "2.0.0");

    assertThat(subject.rollback(second)).isEmpty();
    assertThat(subject.running()).isEmpty();
  }

  @Test
  void whatAStopLeftRunningWhenItWasCutOffIsSeenAndEnded() throws Exception {
    Subject subject = subject();
    subject.deploy("1.0.0", "task-1");
    ServiceRuntime dying = fronts().before(new DyingRuntime(super.runtime(), 0));
    assertThatThrownBy(() -> dying.stop(subject.target())).isInstanceOf(Gone.class);
    ServiceRuntime after = fronts().before(super.runtime());
    assertThat(ok(after.running(subject.target()))).isEmpty();
    assertThat(ok(after.keepsWarm(subject.target()))).isTrue();

    assertThat(ok(after.stop(subject.target()))).isTrue();

    assertThat(ok(after.keepsWarm(subject.target()))).isFalse();
  }

  @Test
  void theReleaseBeforeStaysWarmUntilItIsRetired() throws Exception {
    Subject subject = subject();
    ServiceRuntime runtime = fronts().before(super.runtime());
    ok(runtime.replace(subject.target(), subject.release("1.0.0", "task-1"), BlueGreen::serves));
    assertThat(ok(runtime.keepsWarm(subject.target()))).isFalse();
    ok(runtime.replace(subject.target(), subject.release("2.0.0", "task-2"), BlueGreen::serves));
    assertThat(ok(runtime.keepsWarm(subject.target()))).isTrue();

    assertThat(ok(runtime.retire(subject.target()))).isTrue();

    assertThat(ok(runtime.keepsWarm(subject.target()))).isFalse();
    RuntimeContract.assertAnswers(ok(runtime.running(subject.target())).orElseThrow(), "2.0.0");
  }

  /** What callers get of so many requests. */
  private static List<String> answers(Running running, int requests) throws IOException {
    URI at = URI.create(running.address().orElseThrow());
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      try (var body = at.toURL().openStream()) {
        String said = new String(body.readNBytes(100), StandardCharsets.UTF_8);
        answers.add(said.substring(0, "version 0.0.0".length()));
      }
    }
    return answers;
  }

  @Test
  void aCanaryGetsItsShareOfTheCallersAndInTheEndAllOfThem() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release second = subject.release("2.0.0", "task-2");
    ServiceRuntime runtime = fronts().before(super.runtime());
    String target = subject.target();

    Running introduced = ok(runtime.introduce(target, second, BlueGreen::serves));

    assertThat(introduced.version()).isEqualTo("2.0.0");
    assertThat(ok(runtime.introduced(target))).contains(introduced);
    assertThat(ok(runtime.running(target))).map(Running::version).contains("1.0.0");
    assertThat(ok(runtime.shared(target, second.digest()))).contains(0);
    assertThat(answers(first, 20)).containsOnly("version 1.0.0");
    ok(runtime.share(target, second.digest(), 25));
    assertThat(answers(first, 20)).filteredOn("version 2.0.0"::equals).hasSize(5);
    assertThat(ok(runtime.shared(target, second.digest()))).contains(25);

    ok(runtime.share(target, second.digest(), 100));

    assertThat(ok(runtime.shared(target, second.digest()))).contains(100);
    assertThat(ok(runtime.introduced(target))).isEmpty();
    assertThat(answers(first, 20)).containsOnly("version 2.0.0");
    assertThat(ok(runtime.keepsWarm(target))).isTrue();
    RuntimeContract.assertAnswers(
        ok(runtime.rollback(target, second.digest())).orElseThrow(), "1.0.0");
  }

  @Test
  void aCanaryThatIsTakenBackLeavesAllCallersWithTheReleaseBefore() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release second = subject.release("2.0.0", "task-2");
    ServiceRuntime runtime = fronts().before(super.runtime());
    String target = subject.target();
    ok(runtime.introduce(target, second, BlueGreen::serves));
    ok(runtime.share(target, second.digest(), 50));

    assertThat(ok(runtime.rollback(target, second.digest())))
        .map(Running::version)
        .contains("1.0.0");

    assertThat(answers(first, 10)).containsOnly("version 1.0.0");
    assertThat(ok(runtime.shared(target, second.digest()))).isEmpty();
    assertThat(ok(runtime.keepsWarm(target))).as("nothing is left of it").isFalse();
  }

  @Test
  void aCanaryThatNobodyCanReachIsNotIntroduced() throws Exception {
    Subject subject = subject();
    Release second = subject.release("2.0.0", "task-2");
    ServiceRuntime runtime = fronts().before(super.runtime());
    assertThat(no(runtime.introduce(subject.target(), second, BlueGreen::serves)).code())
        .isEqualTo(ReasonCode.CONFLICT);
    subject.deploy("1.0.0", "task-1");
    assertThat(
            no(runtime.introduce(subject.target(), second.on(FreePort.any()), BlueGreen::serves))
                .cause())
        .contains("nobody comes in on port");
    assertThat(no(runtime.share(subject.target(), second.digest(), 10)).code())
        .isEqualTo(ReasonCode.CONFLICT);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aWorkerThatEndsWhileItIntroducesLeavesWhatTheNextOneCanGoOnWithOrTakeBack(int moments)
      throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release second = subject.release("2.0.0", "task-2");
    String target = subject.target();
    ServiceRuntime dying = fronts().before(new DyingRuntime(super.runtime(), moments));
    try {
      var _ = dying.introduce(target, second, BlueGreen::serves);
    } catch (Gone _) {
      // as it was to be
    }
    assertThat(answers(first, 10)).containsOnly("version 1.0.0");

    ServiceRuntime next = fronts().before(super.runtime());
    ok(next.introduce(target, second, BlueGreen::serves));
    ok(next.share(target, second.digest(), 50));
    assertThat(answers(first, 10)).filteredOn("version 2.0.0"::equals).hasSize(5);
    ok(next.rollback(target, second.digest()));
    assertThat(answers(first, 10)).containsOnly("version 1.0.0");
    assertThat(ok(next.keepsWarm(target))).isFalse();
  }

  @Test
  void anotherReleaseTakesTheSlotOfACanaryThatNobodyTookBack() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release second = subject.release("2.0.0", "task-2");
    ServiceRuntime runtime = fronts().before(super.runtime());
    ok(runtime.introduce(subject.target(), second, BlueGreen::serves));
    ok(runtime.share(subject.target(), second.digest(), 50));

    subject.deploy("3.0.0", "task-3");

    assertThat(answers(first, 10)).containsOnly("version 3.0.0");
    assertThat(ok(runtime.shared(subject.target(), second.digest()))).isEmpty();
    assertThat(ok(runtime.introduced(subject.target()))).isEmpty();
  }

  private static String replicas(Running running) {
    return running.replicas().map(it -> it.running() + " of " + it.wanted()).orElse("one");
  }

  @Test
  void aReleaseTakesThePlaceOfTheOneBeforeReplicaByReplica() throws Exception {
    Subject subject = subject();
    ServiceRuntime runtime = fronts().before(super.runtime());
    String target = subject.target();
    Running first =
        ok(runtime.roll(target, subject.release("1.0.0", "task-1").times(3), BlueGreen::serves));
    assertThat(replicas(first)).isEqualTo("3 of 3");
    List<List<String>> seen = new ArrayList<>();

    Running second =
        ok(
            runtime.roll(
                target,
                subject.release("2.0.0", "task-2"),
                (candidate, log) -> {
                  seen.add(said(first));
                  return BlueGreen.serves(candidate, log);
                }));

    assertThat(seen.stream().map(it -> it.stream().filter("version 2.0.0"::equals).count()))
        .as("callers reach as many as there are of it")
        .containsExactly(0L, 10L, 20L);
    assertThat(replicas(second)).as("as many as before").isEqualTo("3 of 3");
    assertThat(answers(first, 30)).containsOnly("version 2.0.0");
    assertThat(ok(runtime.drift(target))).isEmpty();
    assertThat(ok(runtime.retire(target))).as("the last of the old ones was warm").isTrue();
    assertThat(ok(runtime.keepsWarm(target))).isFalse();

    Running back = ok(runtime.rollback(target, second.digest())).orElseThrow();

    assertThat(replicas(back)).isEqualTo("3 of 3");
    assertThat(answers(first, 30)).containsOnly("version 1.0.0");
    assertThat(ok(runtime.keepsWarm(target))).isFalse();
    assertThat(ok(runtime.stop(target))).isTrue();
    assertThat(ok(runtime.keepsWarm(target))).isFalse();
    assertThat(replicas(ok(runtime.restart(target, "task-3")))).isEqualTo("3 of 3");
    assertThat(answers(first, 30)).containsOnly("version 1.0.0");
  }

  /** Thirty of them, from inside a trial. */
  private static List<String> said(Running running) {
    try {
      return answers(running, 30);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void aWorkerThatEndsWhileReplicasAreReplacedLosesNobody(int moments) throws Exception {
    Subject subject = subject();
    String target = subject.target();
    ServiceRuntime whole = fronts().before(super.runtime());
    Running first =
        ok(whole.roll(target, subject.release("1.0.0", "task-1").times(2), BlueGreen::serves));
    Release second = subject.release("2.0.0", "task-2");
    ServiceRuntime dying = fronts().before(new DyingRuntime(super.runtime(), moments));
    try {
      var _ = dying.roll(target, second, BlueGreen::serves);
    } catch (Gone _) {
      // as it was to be
    }
    assertThat(answers(first, 20)).allMatch(it -> it.matches("version [12].0.0"));

    ServiceRuntime next = fronts().before(super.runtime());
    Running now = ok(next.roll(target, second, BlueGreen::serves));

    assertThat(replicas(now)).isEqualTo("2 of 2");
    assertThat(answers(first, 20)).containsOnly("version 2.0.0");
    ok(next.retire(target));
    assertThat(ok(next.keepsWarm(target))).as("nothing is left of the old one").isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void whatIsTakenBackHalfReplacedIsWholeAgain(int moments) throws Exception {
    Subject subject = subject();
    String target = subject.target();
    ServiceRuntime whole = fronts().before(super.runtime());
    Running first =
        ok(whole.roll(target, subject.release("1.0.0", "task-1").times(2), BlueGreen::serves));
    Release second = subject.release("2.0.0", "task-2");
    ServiceRuntime dying = fronts().before(new DyingRuntime(super.runtime(), moments));
    try {
      var _ = dying.roll(target, second, BlueGreen::serves);
    } catch (Gone _) {
      // as it was to be
    }

    ServiceRuntime next = fronts().before(super.runtime());
    Running back = ok(next.rollback(target, second.digest())).orElseThrow();

    assertThat(back.version()).isEqualTo("1.0.0");
    assertThat(replicas(back)).isEqualTo("2 of 2");
    assertThat(answers(first, 20)).containsOnly("version 1.0.0");
    assertThat(ok(next.keepsWarm(target))).as("nothing is left of the new one").isFalse();
  }

  @Test
  void thereAreMoreAndFewerOfWhatRuns() throws Exception {
    Subject subject = subject();
    ServiceRuntime runtime = fronts().before(super.runtime());
    String target = subject.target();
    Running first =
        ok(runtime.replace(target, subject.release("1.0.0", "task-1"), BlueGreen::serves));

    Running three = ok(runtime.scale(target, 3, BlueGreen::serves));

    assertThat(replicas(three)).isEqualTo("3 of 3");
    assertThat(ok(runtime.scale(target, 3, BlueGreen::serves)).identity())
        .as("harmless when there are so many")
        .isEqualTo(three.identity());
    assertThat(answers(first, 9)).containsOnly("version 1.0.0");
    assertThat(replicas(ok(runtime.scale(target, 1, BlueGreen::serves)))).isEqualTo("one");
    assertThat(answers(first, 9)).containsOnly("version 1.0.0");
    ok(runtime.stop(target));
    assertThat(no(runtime.scale(target, 2, BlueGreen::serves)).cause()).contains("nothing runs");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aWorkerThatEndsWhileThereAreToBeMoreLeavesWhatTheNextOneCanGoOnWith(int moments)
      throws Exception {
    Subject subject = subject();
    String target = subject.target();
    ServiceRuntime whole = fronts().before(super.runtime());
    Running first =
        ok(whole.replace(target, subject.release("1.0.0", "task-1"), BlueGreen::serves));
    ServiceRuntime dying = fronts().before(new DyingRuntime(super.runtime(), moments));
    try {
      var _ = dying.scale(target, 3, BlueGreen::serves);
    } catch (Gone _) {
      // as it was to be
    }
    ServiceRuntime next = fronts().before(super.runtime());
    assertThat(ok(next.running(target)).orElseThrow().isWhole()).isFalse();

    assertThat(replicas(ok(next.scale(target, 2, BlueGreen::serves)))).isEqualTo("2 of 2");
    assertThat(answers(first, 10)).containsOnly("version 1.0.0");
    assertThat(replicas(ok(next.scale(target, 1, BlueGreen::serves)))).isEqualTo("one");
    assertThat(ok(next.stop(target))).isTrue();
    assertThat(ok(next.keepsWarm(target))).isFalse();
  }

  @Test
  void whatHasItsPortForItselfIsNotMultiplied() throws Exception {
    Subject subject = subject();
    ok(super.runtime().deploy(subject.target(), subject.release("1.0.0", "task-1")));
    ServiceRuntime runtime = fronts().before(super.runtime());

    assertThat(no(runtime.scale(subject.target(), 2, BlueGreen::serves)).cause())
        .contains("deployed by recreate");
  }

  /** A front ends by itself once it has nothing to answer for. */
  @AfterEach
  void endTheFront() throws IOException {
    Path folder = data.toAbsolutePath().normalize().resolve("front");
    FrontFolder front = new FrontFolder(folder);
    front.write(new Routes(front.routes().revision() + 1, List.of()));
    Awaitility.await().until(() -> !front.isServed());
  }
}
