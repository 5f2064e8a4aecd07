package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.configure.DotenvEntry.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a dotenv file as Compose does; a line that other readers take otherwise is refused. */
final class DotenvReader {
  private static final Pattern KEY =
      Pattern.compile("[ \\t]*(?:export[ \\t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \\t]*");
  private static final Pattern NOTHING = Pattern.compile("[ \\t]*(#.*)?\\r?");
  private static final Pattern REST = Pattern.compile("[ \\t]*([ \\t]#.*)?\\r?");

  private final String text;
  private final List<DotenvEntry> entries = new ArrayList<>();

  private DotenvReader(String text) {
    this.text = text;
  }

  static List<DotenvEntry> read(String text) throws Stopped {
    return new DotenvReader(text).entries();
  }

  private List<DotenvEntry> entries() throws Stopped {
    int at = text.startsWith("\uFEFF") ? 1 : 0;
    while (at < text.length()) {
      at = line(at);
    }
    return List.copyOf(entries);
  }

  /** Reads what begins on a line; returns where the next one begins. */
  private int line(int start) throws Stopped {
    int end = endOfLine(start);
    if (matches(NOTHING, start, end)) {
      return Splice.nextLine(text, start);
    }
    Matcher key = KEY.matcher(text).region(start, end);
    if (!key.lookingAt()) {
      throw unreadable(start);
    }
    DotenvEntry entry = entry(start, key);
    entries.add(entry);
    return entry.end();
  }

  private DotenvEntry entry(int start, Matcher key) throws Stopped {
    String name = key.group(1);
    int end = endOfLine(start);
    int at = key.end();
    if (at == end || text.charAt(at) != '=') {
      if (!matches(REST, key.end(1), end)) {
        throw unreadable(start);
      }
      return new DotenvEntry(
          name, start, key.end(1), key.end(1), Splice.nextLine(text, at), Kind.INHERITED, "");
    }
    int value = skipBlanks(at + 1, end);
    char first = value < end ? text.charAt(value) : '\n';
    return first == '"' || first == '\'' ? quoted(name, start, value) : bare(name, start, value);
  }

  private DotenvEntry bare(String name, int start, int value) {
    int end = endOfLine(value);
    String line = text.substring(value, end);
    int comment = line.indexOf(" #");
    String kept = (comment < 0 ? line : line.substring(0, comment)).stripTrailing();
    boolean unsure = kept.startsWith("#") || kept.contains("\t#") || kept.contains("\r");
    return new DotenvEntry(
        name,
        start,
        value,
        value + kept.length(),
        Splice.nextLine(text, value),
        unsure ? Kind.UNSURE : Kind.BARE,
        kept);
  }

  private DotenvEntry quoted(String name, int start, int open) throws Stopped {
    char quote = text.charAt(open);
    int close = open + 1;
    while (close < text.length() && text.charAt(close) != quote) {
      close += text.charAt(close) == '\\' ? 2 : 1;
    }
    if (close >= text.length() || !matches(REST, close + 1, endOfLine(close))) {
      throw unreadable(start);
    }
    String inner = text.substring(open + 1, close);
    return new DotenvEntry(
        name,
        start,
        open,
        close + 1,
        Splice.nextLine(text, close),
        quote == '"' ? Kind.DOUBLE : Kind.SINGLE,
        quote == '"' ? DotenvText.unescaped(inner) : inner.replace("\\'", "'"));
  }

  private boolean matches(Pattern pattern, int start, int end) {
    return pattern.matcher(text).region(start, end).matches();
  }

  private int skipBlanks(int from, int end) {
    int at = from;
    while (at < end && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private int endOfLine(int at) {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end;
  }

  private Stopped unreadable(int at) {
    long line = text.substring(0, at).chars().filter(it -> it == '\n').count() + 1;
    return Unsure.of(
        "line %d of the file is no variable that every reader understands".formatted(line));
  }
}
