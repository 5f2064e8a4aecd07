package dev.opsagent.operations.image;

import static dev.opsagent.operations.image.ImageWorld.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Requirements.Performance;
import dev.opsagent.testing.SequentialRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What is left on the engine by builds that are repeated, that fail or are cut off, or are taken
 * back.
 */
class ImageLeftoversTest extends ImageWalk {
  /** How the line begins that tells of a line of the tests' Dockerfiles, counted from 0. */
  String begins(int line) {
    return "[" + (line + 2) + "/";
  }

  /** What is said of a program's exit code. */
  String exit(int code) {
    return "exit code: " + code;
  }

  private boolean isStep(String line) {
    return line.startsWith(begins(0));
  }

  @Test
  void aBuildOverItsTimeIsNotPushedAndOneThatWasMadeBeforeIsInconclusive() {
    world.commit(Map.of("a.txt", "a"), run("sleep 2"));
    SequentialRun slow = demanding(world.pushed("t1", "1.0.0"), Duration.ofSeconds(1));

    assertThat(slow.run()).map(Failure::code).contains(ReasonCode.TIMEOUT);
    assertThat(slow.deliverables).isEmpty();

    assertThat(world.built("t2", "2.0.0").run()).isEmpty();
    SequentialRun again = demanding(world.built("t3", "3.0.0"), Duration.ofMinutes(10));
    assertThat(again.run()).map(Failure::code).contains(ReasonCode.INCONCLUSIVE);
  }

  private static SequentialRun demanding(SequentialRun run, Duration buildTime) {
    Performance performance =
        new Performance(
            Optional.empty(), Optional.empty(), Optional.of(buildTime), Optional.empty());
    return run.demanding(
        new Requirements(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(performance),
            Optional.empty(),
            Optional.empty()));
  }

  @Test
  void whatTheSameInputsHaveMadeIsFoundAndNotBuiltAgain() {
    world.commit(Map.of(), run("echo first"));
    SequentialRun first = world.pushed("t1", "1.0.0");
    assertThat(first.run()).isEmpty();
    assertThat(first.lines).anyMatch(this::isStep);
    String id = world.images.id(world.image + ":1.0.0");

    SequentialRun again = world.pushed("t2", "1.0.0");
    SequentialRun other = world.pushed("t3", "1.0.1");

    assertThat(again.run()).isEmpty();
    assertThat(again.lines).noneMatch(this::isStep);
    assertThat(again.deliverables).isEqualTo(first.deliverables);
    assertThat(other.run()).isEmpty();
    assertThat(other.lines)
        .contains("an image of the same inputs is there already")
        .noneMatch(this::isStep);
    assertThat(world.images.id(world.image + ":1.0.1")).isEqualTo(id);
    other.undo();
    assertThat(world.images.id(world.image + ":1.0.0")).as("another task's stays").isEqualTo(id);
    assertThat(world.images.id(world.image + ":1.0.1")).isEmpty();
  }

  @Test
  void anImageThatWasBuiltJustBeforeACrashIsFoundAgain() {
    world.commit(Map.of(), run("echo once"));
    ImageBuilder real = world.builder;
    world.builder =
        new ChangedBuilder(real) {
          @Override
          public Answer<Boolean> tag(String id, String reference) {
            throw new IllegalStateException("killed before the image had its name");
          }
        };
    SequentialRun killed = world.built("t1", "1");
    assertThatThrownBy(killed::run).hasMessage("killed before the image had its name");
    world.builder = real;

    SequentialRun again = world.built("t1", "1");

    assertThat(again.run()).isEmpty();
    assertThat(again.lines).noneMatch(this::isStep);
    assertThat(world.images.id(world.image + ":1")).isNotEmpty();
  }

  @Test
  void twoBuildsOfTheSameInputsAtOnceDoEachOtherNoHarm() {
    world.commit(Map.of(), run("echo twice"));
    ImageBuilder real = world.builder;
    world.builder =
        new ChangedBuilder(real) {
          @Override
          public Answer<Made> build(Recipe recipe, Listener listener) {
            world.builder = real;
            assertThat(world.built("other", "theirs").run()).isEmpty();
            return real.build(recipe, listener);
          }
        };
    SequentialRun run = world.built("t1", "ours");

    assertThat(run.run()).isEmpty();

    String theirs = world.images.id(world.image + ":theirs");
    assertThat(world.images.id(world.image + ":ours")).isNotEqualTo(theirs);
    assertThat(world.images.dangling()).isEmpty();
    run.undo();
    assertThat(world.images.id(world.image + ":ours")).isEmpty();
    assertThat(world.images.id(world.image + ":theirs")).isEqualTo(theirs);
  }

  @Test
  void anImageThatAnotherTaskIsAboutToNameIsLeft() {
    world.commit(Map.of(), run("echo shared"));
    SequentialRun first = world.built("t1", "first");
    assertThat(first.run()).isEmpty();
    ImageBuilder real = world.builder;
    world.builder =
        new ChangedBuilder(real) {
          @Override
          public Answer<Boolean> tag(String id, String reference) {
            first.undo();
            return real.tag(id, reference);
          }
        };
    world.commit(Map.of("later", "x"), run("echo shared"));

    assertThat(world.built("t2", "second").run()).isEmpty();

    assertThat(world.images.id(world.image + ":second")).isNotEmpty();
    assertThat(world.images.id(world.image + ":first")).isEmpty();
  }

  @Test
  void anImageThatAContainerRunsIsLeftByAnUndoThatSaysSo() {
    world.commit(Map.of(), "CMD [\"/bin/busybox\", \"sleep\", \"600\"]");
    SequentialRun run = world.built("t1", "1");
    assertThat(run.run()).isEmpty();
    String id = world.images.id(world.image + ":1");
    String container = world.images.docker("run", "--detach", id).getFirst();

    run.undo();

    assertThat(run.remains).containsExactly("image " + id + ", which something else uses");
    assertThat(world.images.containers()).containsExactly(container);
  }

  private static class ChangedBuilder implements ImageBuilder {
    private final ImageBuilder real;

    ChangedBuilder(ImageBuilder real) {
      this.real = real;
    }

    @Override
    public Answer<List<Made>> find(Map<String, String> labels) {
      return real.find(labels);
    }

    @Override
    public Answer<Optional<Made>> image(String reference) {
      return real.image(reference);
    }

    @Override
    public Answer<List<String>> madeOf(String id) {
      return real.madeOf(id);
    }

    @Override
    public Answer<Made> build(Recipe recipe, Listener listener) {
      return real.build(recipe, listener);
    }

    @Override
    public Answer<Boolean> tag(String id, String reference) {
      return real.tag(id, reference);
    }

    @Override
    public Answer<Removal> remove(String reference) {
      return real.remove(reference);
    }
  }

  @Test
  void aFailedBuildTellsItsStepAndItsLastWordsAndLeavesNothing() {
    world.commit(Map.of(), run("echo fine"), run("echo hush now; echo no disk; exit 3"));
    SequentialRun run = world.built("t1", "1");

    Failure failure = run.run().orElseThrow();

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_FAILED);
    assertThat(failure.cause())
        .startsWith(begins(1))
        .contains(exit(3))
        .endsWith("its output ends: *** now | no disk");
    assertThat(run.lines).contains("no disk").noneMatch(line -> line.contains("hush"));
    assertThat(run.remains).isEmpty();
    assertThat(world.images.all()).isEmpty();
  }

  @Test
  void anImageThatIsTooLargeIsRemovedAgain() {
    world.commit(Map.of("big", "x".repeat(4096)), "COPY big /big");
    SequentialRun run = world.task("t1", "1", parameters -> parameters.put("maxSize", 1000));

    Failure failure = run.run().orElseThrow();

    assertThat(failure.cause()).contains("more than the 1000 of maxSize");
    assertThat(world.images.all()).isEmpty();
  }

  @Test
  void aBuildThatTakesTooLongIsEnded() {
    world.commit(Map.of(), run("echo begun; /bin/busybox sleep 600"));
    SequentialRun run = world.task("t1", "1", parameters -> parameters.put("timeout", "PT3S"));

    Failure failure = run.run().orElseThrow();

    assertThat(failure.code()).isEqualTo(ReasonCode.TIMEOUT);
    assertThat(run.lines).contains("begun");
    assertThat(world.images.all()).isEmpty();
  }

  @Test
  void aBuildThatIsCancelledAmidAStepLeavesNothingOnTheEngine() throws InterruptedException {
    String seconds = Long.toString(10_000 + ProcessHandle.current().pid());
    world.commit(Map.of(), run("echo layer"), run("echo begun; /bin/busybox sleep " + seconds));
    SequentialRun run = world.built("t1", "1");
    assertThat(run.resolve()).isEmpty();
    assertThat(run.runUntil(Steps.BUILD)).isEmpty();
    Step build = run.step(Steps.BUILD);
    List<Outcome> outcomes = new ArrayList<>();
    Thread worker = Thread.startVirtualThread(() -> outcomes.add(build.apply(run.context())));
    await().atMost(Duration.ofSeconds(60)).until(() -> run.lines.contains("begun"));

    worker.interrupt();

    assertThat(worker.join(Duration.ofSeconds(30))).isTrue();
    assertThat(outcomes).hasOnlyElementsOfType(Outcome.Failed.class).hasSize(1);
    assertThat(run.step(Steps.BUILD).undo(run.context())).isEqualTo(new Undo.Undone());
    assertThat(world.images.all()).isEmpty();
    await().atMost(Duration.ofSeconds(60)).until(() -> !sleeps(seconds));
  }

  /** Whether the step's program runs, where the engine's processes are this machine's. */
  private static boolean sleeps(String seconds) {
    return ProcessHandle.allProcesses()
        .flatMap(one -> one.info().arguments().stream())
        .anyMatch(arguments -> List.of(arguments).containsAll(List.of("sleep", seconds)));
  }

  @Test
  void aLayerThatTheEngineEndedAfterABuildWasCutOffIsRemovedToo() {
    world.commit(Map.of(), "LABEL two=2", run("false"));
    ImageBuilder real = world.builder;
    world.builder =
        new ChangedBuilder(real) {
          @Override
          public Answer<Made> build(Recipe recipe, Listener listener) {
            List<String> told = new ArrayList<>();
            return real.build(
                recipe,
                new Listener() {
                  @Override
                  public void line(String text) {
                    listener.line(text);
                  }

                  @Override
                  public void made(String id) {
                    told.add(id);
                    if (told.size() == 1) {
                      listener.made(id);
                    }
                  }
                });
          }
        };

    assertThat(world.built("t1", "1").run()).isPresent();

    assertThat(world.images.all()).isEmpty();
  }

  @Test
  void anUndoneBuildGivesTheNameBack() {
    world.commit(Map.of(), run("echo one"));
    assertThat(world.built("t1", "dev").run()).isEmpty();
    String before = world.images.id(world.image + ":dev");
    world.commit(Map.of(), run("echo two"));
    SequentialRun second = world.built("t2", "dev");
    assertThat(second.run()).isEmpty();
    assertThat(world.images.id(world.image + ":dev")).isNotEqualTo(before);

    second.undo();

    assertThat(world.images.id(world.image + ":dev")).isEqualTo(before);
    assertThat(second.remains).isEmpty();
  }
}
