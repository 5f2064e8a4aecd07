package dev.opsagent.testing;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;

/** Takes answers apart in tests. */
public final class Answers {
  private Answers() {}

  /** The value; fails with the failure's sentence. */
  public static <T> T ok(Answer<T> answer) {
    return switch (answer) {
      case Answer.Ok<T>(T value) -> value;
      case Answer.No<T>(Failure failure) -> throw new AssertionError(failure.sentence());
    };
  }

  /** The failure; fails with the value. */
  public static Failure no(Answer<?> answer) {
    return switch (answer) {
      case Answer.Ok<?>(Object value) -> throw new AssertionError("not a failure: " + value);
      case Answer.No<?>(Failure failure) -> failure;
    };
  }
}
