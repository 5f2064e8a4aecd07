package dev.opsagent.plan;

/** What can be done about a step's effect afterwards. */
public enum Reversibility {
  /** Undo leaves nothing behind. */
  REVERSIBLE,
  /** Undo withdraws what can be withdrawn and names what remains. */
  FORWARD_ONLY,
  /** Nothing can be taken back. */
  IRREVERSIBLE
}
