package dev.opsagent.operations;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;

/**
 * Ends what a step is at with an expected failure. It never leaves the operations: {@link
 * GuardedStep} and {@code Operation.resolve} turn it into a value. It stands for the early return
 * of a failed {@link Answer}, so that a step that asks five questions in a row reads as five lines.
 */
public final class Stopped extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public Stopped(Failure failure) {
    super(failure.sentence(), null, false, false);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }

  /** The value of the answer, or the end of the step. */
  public static <T> T unlessOk(Answer<T> answer) throws Stopped {
    return switch (answer) {
      case Answer.Ok<T>(T value) -> value;
      case Answer.No<T>(Failure failure) -> throw new Stopped(failure);
    };
  }
}
