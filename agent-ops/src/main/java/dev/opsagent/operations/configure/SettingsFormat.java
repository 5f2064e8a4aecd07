package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import java.util.SortedMap;

/**
 * A kind of file that holds settings. What cannot be read or changed surely is refused, never
 * guessed.
 */
interface SettingsFormat {
  /** The largest file, in characters. */
  int LARGEST = 1024 * 1024;

  /** Every key of the file with its value, as the file has it. */
  SortedMap<String, String> read(String text) throws Stopped;

  /**
   * The text with one key changed, and every other character as it was. The result has been read
   * back, and holds exactly what was wanted.
   */
  String edit(String text, Edit edit) throws Stopped;
}
