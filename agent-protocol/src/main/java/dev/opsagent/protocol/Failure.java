package dev.opsagent.protocol;

/**
 * An expected failure as a value.
 *
 * @param action what was attempted, in words: "push tag v1.4.0 to origin"
 * @param cause what came back, without secrets or raw tool output beyond one line
 * @param fix what the reader can do about it; empty when nothing is known
 * @param retryable whether the same attempt may succeed later without anybody's help
 */
public record Failure(ReasonCode code, String action, String cause, String fix, boolean retryable) {
  public static Failure of(ReasonCode code, String action, String cause, String fix) {
    return new Failure(code, action, cause, fix, false);
  }

  public static Failure passing(ReasonCode code, String action, String cause, String fix) {
    return new Failure(code, action, cause, fix, true);
  }

  /** One sentence for people: "could not ACTION: CAUSE; FIX". */
  public String sentence() {
    return "could not " + action + ": " + cause + (fix.isEmpty() ? "" : "; " + fix);
  }
}
