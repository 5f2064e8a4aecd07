package dev.opsagent.authority;

/**
 * Whose a path is, and why.
 *
 * @param rule {@code tier/rule} of the map, {@code built-in/…}, or {@code marker/…} and {@code
 *     shared/…} when the content decided
 */
public record Judgement(Owner owner, String rule) {
  /** A name that some file systems take for one of another owner. */
  static final Judgement SPELLING = new Judgement(Owner.VERSION_CONTROL, "built-in/spelling");

  /** The judgement of a path and that of its twins: the stricter one holds. */
  static Judgement stricter(Judgement exact, Judgement twins) {
    if (twins.owner().isForeign()) {
      return twins;
    }
    boolean alike = exact.owner().isForeign() || exact.owner() == twins.owner();
    return alike ? exact : SPELLING;
  }
}
