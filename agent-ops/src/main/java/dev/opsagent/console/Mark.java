package dev.opsagent.console;

import dev.opsagent.console.Style.Tint;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.TaskState;

/** The glyph, the word and the colour of a state: the same wherever it is shown. */
record Mark(String glyph, String word, Tint tint) {

  static Mark of(StepReport.Outcome outcome) {
    return switch (outcome) {
      case STARTED -> new Mark("▸", "running", Tint.BUSY);
      case DONE -> new Mark("✔", "done", Tint.GOOD);
      case ALREADY_DONE -> new Mark("✔", "stood already", Tint.GOOD);
      case RETRYING -> new Mark("↻", "retrying", Tint.CARE);
      case FAILED -> new Mark("✘", "failed", Tint.BAD);
      case IN_DOUBT -> new Mark("?", "in doubt", Tint.CARE);
      case UNDOING -> new Mark("↶", "undoing", Tint.BUSY);
      case UNDONE -> new Mark("↶", "undone", Tint.FAINT);
      case REMAINS -> new Mark("!", "remains", Tint.CARE);
      case UNDO_FAILED -> new Mark("✘", "undo failed", Tint.BAD);
    };
  }

  static Mark of(TaskState state) {
    return switch (state) {
      case ACCEPTED -> new Mark("·", "ACCEPTED", Tint.BUSY);
      case AWAITING_EVIDENCE -> new Mark("…", "AWAITING_EVIDENCE", Tint.CARE);
      case AWAITING_APPROVAL -> new Mark("…", "AWAITING_APPROVAL", Tint.CARE);
      case RUNNING -> new Mark("▸", "RUNNING", Tint.BUSY);
      case UNDOING -> new Mark("↶", "UNDOING", Tint.BUSY);
      case AWAITING_DECISION -> new Mark("?", "AWAITING_DECISION", Tint.CARE);
      case SUCCEEDED -> new Mark("✔", "SUCCEEDED", Tint.GOOD);
      case FAILED -> new Mark("✘", "FAILED", Tint.BAD);
      case ROLLED_BACK -> new Mark("↶", "ROLLED_BACK", Tint.CARE);
      case CANCELLED -> new Mark("■", "CANCELLED", Tint.FAINT);
      case EXPIRED -> new Mark("■", "EXPIRED", Tint.BAD);
      case REJECTED -> new Mark("✘", "REJECTED", Tint.BAD);
      case IN_DOUBT -> new Mark("?", "IN_DOUBT", Tint.BAD);
    };
  }

  /** A step that has not begun. */
  static Mark planned() {
    return new Mark("·", "planned", Tint.FAINT);
  }

  boolean finished() {
    return word.equals("done") || word.equals("stood already") || word.equals("undone");
  }

  String paint(Style style) {
    return style.paint(tint, glyph + " " + word);
  }
}
