package dev.opsagent.operations.configure;

/**
 * What takes the place of a part of a text.
 *
 * @param start of the part, in UTF-16 units
 * @param end behind the part
 */
record Splice(int start, int end, String with) {
  /** Puts something where nothing was. */
  static Splice insert(int at, String with) {
    return new Splice(at, at, with);
  }

  String in(String text) {
    return text.substring(0, start) + with + text.substring(end);
  }

  /** Where the line that holds the place begins. */
  static int lineStart(String text, int at) {
    return text.lastIndexOf('\n', at - 1) + 1;
  }

  /** Behind the line break of the line that holds the place. */
  static int nextLine(String text, int at) {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end + 1;
  }

  /** How the text ends its lines. */
  static String lineEnd(String text) {
    int first = text.indexOf('\n');
    return first > 0 && text.charAt(first - 1) == '\r' ? "\r\n" : "\n";
  }
}
