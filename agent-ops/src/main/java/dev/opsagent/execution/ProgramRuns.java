package dev.opsagent.execution;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Which programs a call has run, for the audit. Tools run programs deep below whoever records what
 * a step did, on the same thread; so each run is told up the stack instead of through every
 * signature.
 */
public final class ProgramRuns {
  private static final ScopedValue<ProgramRuns> LISTENING = ScopedValue.newInstance();

  /** A step that asks again and again tells of its first runs. */
  private static final int MOST = 20;

  private final List<String> told = new ArrayList<>();
  private int untold;

  /**
   * What a call has come to.
   *
   * @param ran the programs that it ran, one sentence each
   */
  public record Heard<T>(T result, List<String> ran) {
    public Heard {
      ran = List.copyOf(ran);
    }
  }

  /** Makes the call on this thread, and hears of the programs that it runs. */
  public static <T> Heard<T> hear(Supplier<T> call) {
    ProgramRuns runs = new ProgramRuns();
    T result = ScopedValue.where(LISTENING, runs).call(call::get);
    return new Heard<>(result, runs.sentences());
  }

  /**
   * Tells of a run; nobody need be listening.
   *
   * @param line the program and its arguments, secrets masked
   * @param ending how it ended
   * @param took until its whole process tree had ended
   */
  public static void tell(String line, String ending, Duration took) {
    if (LISTENING.isBound()) {
      LISTENING.get().add("%s: %s after %d ms".formatted(line, ending, took.toMillis()));
    }
  }

  private synchronized void add(String sentence) {
    if (told.size() < MOST) {
      told.add(sentence);
    } else {
      untold++;
    }
  }

  private synchronized List<String> sentences() {
    List<String> all = new ArrayList<>(told);
    if (untold > 0) {
      all.add("and " + untold + " more");
    }
    return all;
  }
}
