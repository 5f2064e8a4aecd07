package dev.opsagent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.execution.StepContext.LeaseLost;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every step with an effect keeps, on the real peer. */
public abstract class StepContract {
  private final Supplier<Subject> subjects;
  private final Class<? extends Undo> undone;
  private final Class<? extends Probe> afterUndo;

  /**
   * @param subjects makes a step in a world where its effect does not stand yet
   * @param undone what an undo of the effect comes to
   * @param afterUndo what a probe finds after the undo
   */
  protected StepContract(
      Supplier<Subject> subjects, Class<? extends Undo> undone, Class<? extends Probe> afterUndo) {
    this.subjects = subjects;
    this.undone = undone;
    this.afterUndo = afterUndo;
  }

  /**
   * @param step made anew for each call, as after a crash
   */
  public record Subject(Supplier<Step> step, StepContext context) {
    Probe probe() {
      return step.get().probe(context);
    }

    Outcome apply() {
      return step.get().apply(context);
    }

    Undo undo() {
      return step.get().undo(context);
    }
  }

  @Test
  void anAppliedEffectStandsAndApplyingItAgainIsHarmless() {
    Subject subject = subjects.get();
    assertThat(subject.probe()).isInstanceOf(Probe.Missing.class);
    assertThat(subject.apply()).isInstanceOf(Outcome.Applied.class);
    Probe stands = subject.probe();
    assertThat(stands).isInstanceOf(Probe.Satisfied.class);

    Outcome again = subject.apply();

    assertThat(again).isNotNull();
    assertThat(subject.probe()).isEqualTo(stands);
  }

  @Test
  void anUndoTakesTheEffectBackOrNamesWhatRemainsAndCanBeRepeated() {
    Subject subject = subjects.get();
    assertThat(subject.apply()).isInstanceOf(Outcome.Applied.class);

    assertThat(subject.undo()).isInstanceOf(undone);
    assertThat(subject.probe()).isInstanceOf(afterUndo);
    assertThat(subject.undo()).isInstanceOf(undone);
    assertThat(subject.probe()).isInstanceOf(afterUndo);
  }

  @Test
  void anUndoOfWhatNeverHappenedIsHarmless() {
    Subject subject = subjects.get();

    assertThat(subject.undo()).isEqualTo(new Undo.Undone());
    assertThat(subject.probe()).isInstanceOf(Probe.Missing.class);
  }

  @Test
  void aLostLeaseKeepsTheEffectFromStarting() {
    Subject subject = subjects.get();
    StepContext fenced =
        new StepContext(
            subject.context().task(),
            subject.context().facts(),
            subject.context().deployed(),
            () -> {
              throw new LeaseLost("lost");
            },
            subject.context().progress(),
            subject.context().timeout());

    Throwable thrown =
        org.assertj.core.api.Assertions.catchThrowable(() -> subject.step().get().apply(fenced));

    assertThat(thrown).isInstanceOf(LeaseLost.class);
    assertThat(subject.probe()).isInstanceOf(Probe.Missing.class);
  }
}
