package dev.opsagent.testing;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every runtime promises, on the real thing. */
public interface RuntimeContract {
  /** A runtime with a target and a port of its own that nothing runs on yet. */
  Subject subject() throws Exception;

  /** What the contract needs to know of a runtime. */
  interface Subject {
    String target();

    /** A fresh one: whatever it knows, it knows from the world. */
    ServiceRuntime runtime();

    /**
     * One whose worker is gone after so many changes of the world; with 0, before the first.
     *
     * @throws Gone from any of its methods
     */
    ServiceRuntime dying(int changes);

    /** A release that answers with {@code version VERSION}. */
    Release release(String version, String task) throws Exception;

    /** A release that ends at once. */
    Release broken(String version, String task) throws Exception;

    /** Puts what is somebody else's where the target's service belongs. */
    void obstruct() throws Exception;

    /** Changes by hand what runs, as this agent would not. */
    void tamper(Running running) throws Exception;

    /** Whether what {@link #obstruct} put there is still there. */
    boolean isObstructed() throws Exception;

    /** How a deployment over it is refused. */
    ReasonCode refusal();

    /** The release runs and answers where it says. */
    default void assertAnswers(Running running, String version) {
      RuntimeContract.assertAnswers(running, version);
    }

    default Running deploy(String version, String task) throws Exception {
      return ok(runtime().deploy(target(), release(version, task)));
    }

    /** Whether nobody else keeps what {@link #tamper} changed. */
    default boolean healsByRestart() {
      return true;
    }

    default Optional<Running> running() {
      return ok(runtime().running(target()));
    }

    default Optional<Running> rollback(Running running) {
      return ok(runtime().rollback(target(), running.digest()));
    }
  }

  /** The end of a worker that could do nothing about it. */
  @SuppressWarnings("serial")
  final class Gone extends Error {
    public Gone() {
      super("this worker is gone");
    }
  }

  /** Something that a worker does with a runtime. */
  @FunctionalInterface
  interface Call {
    Answer<?> on(ServiceRuntime runtime) throws Exception;
  }

  @Test
  default void whatIsDeployedRunsAndASecondCallChangesNothing() throws Exception {
    Subject subject = subject();

    Running first = subject.deploy("1.0.0", "task-1");

    subject.assertAnswers(first, "1.0.0");
    assertThat(first.previous()).isEmpty();
    assertThat(first.taskId()).isEqualTo("task-1");
    assertThat(subject.running()).contains(first);
    assertThat(subject.deploy("1.0.0", "task-1")).isEqualTo(first);
  }

  @Test
  default void aRollbackBringsTheReleaseBeforeBackOnceAndThenLeavesNothing() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Running second = subject.deploy("2.0.0", "task-2");
    subject.assertAnswers(second, "2.0.0");
    assertThat(second.previous()).contains("1.0.0");

    Running back = subject.rollback(second).orElseThrow();

    subject.assertAnswers(back, "1.0.0");
    assertThat(back.taskId()).isEqualTo("task-1");
    assertThat(subject.running()).contains(back);
    assertThat(subject.rollback(second)).contains(back);
    assertThat(subject.rollback(first)).isEmpty();
    assertThat(subject.running()).isEmpty();
    assertThat(subject.rollback(first)).isEmpty();
  }

  @Test
  default void whatSomebodyChangesByHandIsDriftUntilTheReleaseIsStartedAgain() throws Exception {
    Subject subject = subject();
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
    Running first = subject.deploy("1.0.0", "task-1");
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();

    subject.tamper(first);

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(ok(subject.runtime().drift(subject.target())))
                .isNotEmpty()
                .allMatch(it -> !it.wanted().equals(it.found())));
    if (subject.healsByRestart()) {
      ok(subject.runtime().restart(subject.target(), "task-2"));
      assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
    }
  }

  @Test
  default void aRollbackOfWhatDoesNotRunChangesNothing() throws Exception {
    Subject subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");

    assertThat(ok(subject.runtime().rollback(subject.target(), "sha256:other"))).contains(first);
    assertThat(subject.running()).contains(first);
  }

  @Test
  default void theSameBytesOfAnotherTaskAreTakenBackOnce() throws Exception {
    Subject subject = subject();
    subject.deploy("1.0.0", "task-1");
    Running again = subject.deploy("1.0.0", "task-2");
    assertThat(again.taskId()).isEqualTo("task-2");

    Running back = subject.rollback(again).orElseThrow();

    assertThat(back.taskId()).isEqualTo("task-1");
    assertThat(subject.rollback(again)).contains(back);
    subject.assertAnswers(back, "1.0.0");
  }

  @Test
  default void aBadReleaseIsAFailureAndTheOneBeforeRunsAfterARollback() throws Exception {
    Subject subject = subject();
    subject.deploy("1.0.0", "task-1");
    Release broken = subject.broken("2.0.0", "task-2");

    no(subject.runtime().deploy(subject.target(), broken));

    Running back = ok(subject.runtime().rollback(subject.target(), broken.digest())).orElseThrow();
    subject.assertAnswers(back, "1.0.0");
    Running third = subject.deploy("3.0.0", "task-3");
    assertThat(third.previous()).contains("1.0.0");
  }

  @Test
  default void aBadFirstReleaseLeavesNothingAfterARollback() throws Exception {
    Subject subject = subject();
    Release broken = subject.broken("1.0.0", "task-1");

    no(subject.runtime().deploy(subject.target(), broken));

    assertThat(subject.running()).isEmpty();
    assertThat(ok(subject.runtime().rollback(subject.target(), broken.digest()))).isEmpty();
  }

  @Test
  default void whatWasStoppedDoesNotRunAndCanBeStartedAgain() throws Exception {
    Subject subject = subject();
    assertThat(ok(subject.runtime().stop(subject.target()))).isFalse();
    Running first = subject.deploy("1.0.0", "task-1");

    assertThat(ok(subject.runtime().stop(subject.target()))).isTrue();

    assertThat(subject.running()).isEmpty();
    assertThat(ok(subject.runtime().stop(subject.target()))).isFalse();
    Running again = ok(subject.runtime().restart(subject.target(), "task-2"));
    subject.assertAnswers(again, "1.0.0");
    assertThat(again.taskId()).isEqualTo("task-2");
    assertThat(again.digest()).isEqualTo(first.digest());
  }

  @Test
  default void aStoppedReleaseIsTakenBackToTheOneBeforeOrReplaced() throws Exception {
    Subject subject = subject();
    subject.deploy("1.0.0", "task-1");
    Running second = subject.deploy("2.0.0", "task-2");
    ok(subject.runtime().stop(subject.target()));

    subject.assertAnswers(subject.rollback(second).orElseThrow(), "1.0.0");

    ok(subject.runtime().stop(subject.target()));
    Running third = subject.deploy("3.0.0", "task-3");
    subject.assertAnswers(third, "3.0.0");
    assertThat(third.previous()).contains("1.0.0");
  }

  @Test
  default void aRestartGivesTheReleaseAnotherIdentityAndTask() throws Exception {
    Subject subject = subject();
    subject.deploy("1.0.0", "task-1");
    Running second = subject.deploy("2.0.0", "task-2");

    Running again = ok(subject.runtime().restart(subject.target(), "task-3"));

    subject.assertAnswers(again, "2.0.0");
    assertThat(again.identity()).isNotEqualTo(second.identity());
    assertThat(again.digest()).isEqualTo(second.digest());
    assertThat(again.taskId()).isEqualTo("task-3");
    assertThat(again.previous()).contains("1.0.0");
    assertThat(subject.running()).contains(again);
    assertThat(ok(subject.runtime().restart(subject.target(), "task-3"))).isEqualTo(again);
    subject.assertAnswers(subject.rollback(again).orElseThrow(), "1.0.0");
  }

  @Test
  default void whatWasNeverDeployedCannotBeRestarted() throws Exception {
    Subject subject = subject();

    Failure failure = no(subject.runtime().restart(subject.target(), "task-1"));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.fix()).isEqualTo("deploy a release first");
  }

  @Test
  default void whatIsNotOursIsRefusedAndLeftAlone() throws Exception {
    Subject subject = subject();
    subject.obstruct();

    Failure failure =
        no(subject.runtime().deploy(subject.target(), subject.release("1.0.0", "task-1")));

    assertThat(failure.code()).isEqualTo(subject.refusal());
    assertThat(failure.fix()).isNotEmpty();
    assertThat(subject.isObstructed()).isTrue();
  }

  @Test
  default void aDeploymentThatIsCutOffAnywhereIsCarriedOn() throws Exception {
    cutOffAnywhere((subject, changes) -> {
      subject.deploy("1.0.0", "task-1");
      Release second = subject.release("2.0.0", "task-2");
      boolean died = dies(subject, changes, runtime -> runtime.deploy(subject.target(), second));

      Running running = subject.deploy("2.0.0", "task-2");

      subject.assertAnswers(running, "2.0.0");
      assertThat(running.previous()).as("after %d changes", changes).contains("1.0.0");
      assertThat(subject.running()).contains(running);
      subject.assertAnswers(subject.rollback(running).orElseThrow(), "1.0.0");
      return died;
    });
  }

  @Test
  default void aDeploymentThatIsCutOffAnywhereIsTakenBack() throws Exception {
    cutOffAnywhere((subject, changes) -> {
      subject.deploy("1.0.0", "task-1");
      Release second = subject.release("2.0.0", "task-2");
      boolean died = dies(subject, changes, runtime -> runtime.deploy(subject.target(), second));

      Optional<Running> back = ok(subject.runtime().rollback(subject.target(), second.digest()));

      assertThat(back).as("after %d changes", changes).isPresent();
      subject.assertAnswers(back.orElseThrow(), "1.0.0");
      assertThat(subject.running()).isEqualTo(back);
      assertThat(subject.deploy("2.0.0", "task-3").previous()).contains("1.0.0");
      return died;
    });
  }

  @Test
  default void aRollbackThatIsCutOffAnywhereIsCarriedOn() throws Exception {
    cutOffAnywhere((subject, changes) -> {
      subject.deploy("1.0.0", "task-1");
      Running second = subject.deploy("2.0.0", "task-2");
      boolean died =
          dies(subject, changes, runtime -> runtime.rollback(subject.target(), second.digest()));

      Optional<Running> back = subject.rollback(second);

      assertThat(back).as("after %d changes", changes).isPresent();
      subject.assertAnswers(back.orElseThrow(), "1.0.0");
      assertThat(subject.rollback(second)).isEqualTo(back);
      assertThat(subject.running()).isEqualTo(back);
      return died;
    });
  }

  @Test
  default void aStopThatIsCutOffAnywhereIsCarriedOn() throws Exception {
    cutOffAnywhere((subject, changes) -> {
      subject.deploy("1.0.0", "task-1");
      boolean died = dies(subject, changes, runtime -> runtime.stop(subject.target()));

      ok(subject.runtime().stop(subject.target()));

      assertThat(subject.running()).as("after %d changes", changes).isEmpty();
      subject.assertAnswers(ok(subject.runtime().restart(subject.target(), "task-2")), "1.0.0");
      return died;
    });
  }

  @Test
  default void aRestartThatIsCutOffAnywhereIsCarriedOn() throws Exception {
    cutOffAnywhere((subject, changes) -> {
      subject.deploy("1.0.0", "task-1");
      Running second = subject.deploy("2.0.0", "task-2");
      boolean died = dies(subject, changes, runtime -> runtime.restart(subject.target(), "task-3"));

      Running again = ok(subject.runtime().restart(subject.target(), "task-3"));

      subject.assertAnswers(again, "2.0.0");
      assertThat(again.taskId()).isEqualTo("task-3");
      assertThat(again.identity()).isNotEqualTo(second.identity());
      assertThat(again.previous()).as("after %d changes", changes).contains("1.0.0");
      subject.assertAnswers(subject.rollback(again).orElseThrow(), "1.0.0");
      return died;
    });
  }

  /** What happens to a subject whose worker is gone after so many changes. */
  interface Trial {
    /** Whether the worker was gone before the call had ended. */
    boolean on(Subject subject, int changes) throws Exception;
  }

  /** Tries it with a worker that is gone after no change, after one, and so on to the last. */
  private void cutOffAnywhere(Trial trial) throws Exception {
    boolean died = true;
    for (int changes = 0; died; changes++) {
      died = trial.on(subject(), changes);
    }
  }

  /** Whether the worker came to its end before the call did. */
  private static boolean dies(Subject subject, int changes, Call call) throws Exception {
    try {
      ok(call.on(subject.dying(changes)));
      return false;
    } catch (Gone e) {
      return true;
    }
  }

  /** The release runs and answers where it says. */
  static void assertAnswers(Running running, String version) {
    assertThat(running.version()).isEqualTo(version);
    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> assertThat(get(running)).startsWith("version " + version));
  }

  private static String get(Running running) throws IOException {
    try (var body = URI.create(running.address().orElseThrow()).toURL().openStream()) {
      return new String(body.readNBytes(1000), StandardCharsets.UTF_8);
    }
  }
}
