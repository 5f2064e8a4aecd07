package dev.opsagent.execution;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Which programs a call has run, and which secrets had to be hidden in what they said, for the
 * audit. Tools run programs deep below whoever records what a step did, on the same thread; so each
 * run is told up the stack instead of through every signature.
 */
public final class ProgramRuns {
  private static final ScopedValue<ProgramRuns> LISTENING = ScopedValue.newInstance();

  /** A step that asks again and again tells of its first runs. */
  private static final int MOST = 20;

  private final List<String> told = new ArrayList<>();
  private final List<String> masked = new ArrayList<>();
  private final Set<String> leaked = new TreeSet<>();
  private int untold;

  /**
   * What a call has come to.
   *
   * @param ran the programs that it ran, one sentence each
   * @param masked how often which secret was hidden in what, one sentence each
   * @param leaked names of the secrets that came from somebody who had not been given them
   */
  public record Heard<T>(T result, List<String> ran, List<String> masked, Set<String> leaked) {
    public Heard {
      ran = List.copyOf(ran);
      masked = List.copyOf(masked);
      leaked = Set.copyOf(leaked);
    }
  }

  /** Makes the call on this thread, and hears of the programs that it runs. */
  public static <T> Heard<T> hear(Supplier<T> call) {
    ProgramRuns runs = new ProgramRuns();
    T result = ScopedValue.where(LISTENING, runs).call(call::get);
    return new Heard<>(result, runs.sentences(), runs.masked(), runs.leaked());
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

  /**
   * Tells that secrets were hidden; nobody need be listening.
   *
   * @param where who said them, secrets masked
   * @param times how often, by the secret's name or what it looks like
   * @param leaked those that it should not even have known
   */
  public static void tellMasked(String where, Map<String, Integer> times, Set<String> leaked) {
    if (LISTENING.isBound() && !times.isEmpty()) {
      LISTENING.get().addMasked(where, times, leaked);
    }
  }

  private synchronized void addMasked(String where, Map<String, Integer> times, Set<String> names) {
    leaked.addAll(names);
    new TreeMap<>(times)
        .forEach((name, count) -> {
          if (masked.size() < MOST) {
            masked.add("%s was hidden %d times in %s".formatted(name, count, where));
          }
        });
  }

  private synchronized List<String> masked() {
    return List.copyOf(masked);
  }

  private synchronized Set<String> leaked() {
    return Set.copyOf(leaked);
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
