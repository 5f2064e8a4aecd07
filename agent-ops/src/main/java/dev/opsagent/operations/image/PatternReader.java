package dev.opsagent.operations.image;

import java.util.ArrayList;
import java.util.List;

/** Takes a pattern apart. */
final class PatternReader {
  private final String pattern;
  private final List<PatternPart> parts = new ArrayList<>();
  private int at;

  PatternReader(String pattern) {
    this.pattern = pattern;
  }

  List<PatternPart> parts() {
    while (at < pattern.length()) {
      char c = pattern.charAt(at++);
      parts.add(
          switch (c) {
            case '*' -> star();
            case '?' -> new PatternPart.InName(false);
            case '[' -> characters();
            case '\\' -> new PatternPart.Plain(next());
            default -> new PatternPart.Plain(c);
          });
    }
    return parts;
  }

  private PatternPart star() {
    if (!follows('*')) {
      return new PatternPart.InName(true);
    }
    // Two stars before a name need no slash between: Docker takes both for the same.
    var _ = follows('/');
    return at < pattern.length() ? new PatternPart.Folders() : new PatternPart.Across();
  }

  private boolean follows(char c) {
    boolean there = at < pattern.length() && pattern.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private PatternPart characters() {
    boolean negated = follows('^');
    StringBuilder ranges = new StringBuilder();
    do {
      char first = next(true);
      char last = follows('-') ? next(true) : first;
      ranges.append(first).append(last);
    } while (!follows(']'));
    return new PatternPart.OneOf(negated, ranges.toString());
  }

  private char next(boolean escapes) {
    char c = next();
    return escapes && c == '\\' ? next() : c;
  }

  private char next() {
    if (at == pattern.length()) {
      throw new IllegalArgumentException("ends too early");
    }
    return pattern.charAt(at++);
  }
}
