package dev.opsagent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.execution.StepContext.LeaseLost;
import org.junit.jupiter.api.Test;

/** What every step with an effect keeps, on the real peer. */
public abstract class StepContract {
  /** A step in a world where its effect does not stand yet. */
  protected abstract Subject subject();

  /** What an undo of the effect comes to. */
  protected abstract Class<? extends Undo> undone();

  /** What a probe finds after the undo. */
  protected abstract Class<? extends Probe> probedAfterUndo();

  /**
   * @param step made anew for each call, as after a crash
   */
  public record Subject(java.util.function.Supplier<Step> step, StepContext context) {
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
    Subject subject = subject();
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
    Subject subject = subject();
    assertThat(subject.apply()).isInstanceOf(Outcome.Applied.class);

    assertThat(subject.undo()).isInstanceOf(undone());
    assertThat(subject.probe()).isInstanceOf(probedAfterUndo());
    assertThat(subject.undo()).isInstanceOf(undone());
    assertThat(subject.probe()).isInstanceOf(probedAfterUndo());
  }

  @Test
  void anUndoOfWhatNeverHappenedIsHarmless() {
    Subject subject = subject();

    assertThat(subject.undo()).isEqualTo(new Undo.Undone());
    assertThat(subject.probe()).isInstanceOf(Probe.Missing.class);
  }

  @Test
  void aLostLeaseKeepsTheEffectFromStarting() {
    Subject subject = subject();
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
