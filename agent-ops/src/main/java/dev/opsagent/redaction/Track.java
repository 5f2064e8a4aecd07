package dev.opsagent.redaction;

import java.util.Arrays;

/** An automaton at work on bytes that know where in the text they came from. */
final class Track {
  private final Automaton automaton;
  private long[] starts = new long[64];
  private int count;
  private int state;

  Track(Automaton automaton) {
    this.automaton = automaton;
  }

  /**
   * Takes over from another at work.
   *
   * @param from where its last bytes began, as many as may yet become a part of a pattern
   */
  void begin(int inState, long[] from) {
    state = inState;
    count = 0;
    reserve(from.length);
    System.arraycopy(from, 0, starts, 0, from.length);
    count = from.length;
  }

  void feed(int unsigned, long start) {
    reserve(1);
    starts[count++] = start;
    state = automaton.next(state, unsigned);
  }

  /** What is no part of a pattern any more is forgotten before more room is made. */
  private void reserve(int more) {
    if (count + more <= starts.length) {
      return;
    }
    int kept = Math.min(count, automaton.depth(state));
    long[] roomy = kept + more > starts.length / 2 ? new long[(kept + more) * 2] : starts;
    System.arraycopy(starts, count - kept, roomy, 0, kept);
    starts = roomy;
    count = kept;
  }

  int state() {
    return state;
  }

  boolean hasEnd() {
    return automaton.secret(state) != Automaton.NONE;
  }

  int secret() {
    return automaton.secret(state);
  }

  /** Where the form that ends here began. */
  long from() {
    return starts[count - automaton.secretLength(state)];
  }

  /** Where the last bytes began that may yet become a part of a pattern. */
  long[] open() {
    return Arrays.copyOfRange(starts, count - automaton.depth(state), count);
  }

  /** Where the beginning of a secret began that is long enough to be told from a chance. */
  long begunFrom(int least, long otherwise) {
    int begun = automaton.begun(state);
    return begun < least ? otherwise : starts[count - begun];
  }

  /** Where the first of them began, if there are any. */
  long openFrom(long otherwise) {
    int depth = automaton.depth(state);
    return depth == 0 ? otherwise : starts[count - depth];
  }
}
