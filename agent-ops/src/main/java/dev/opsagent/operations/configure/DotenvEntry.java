package dev.opsagent.operations.configure;

/**
 * One variable of a dotenv file.
 *
 * @param start of its line
 * @param valueStart where its value stands, quotes included
 * @param end behind its last line's break
 * @param kind how its value is written
 * @param value what it stands for; where variables are put in, as it is written
 */
record DotenvEntry(
    String key, int start, int valueStart, int valueEnd, int end, Kind kind, String value) {
  /** How a value is written. */
  enum Kind {
    /** The key alone: the value is the reader's own. */
    INHERITED,
    BARE,
    SINGLE,
    DOUBLE,
    /** Readers differ in what it stands for. */
    UNSURE
  }
}
