package dev.opsagent.operations.image;

/** One part of a pattern of a {@code .dockerignore}. */
sealed interface PatternPart {
  boolean takes(char c);

  /** Whether it may stand for any number of characters, none included. */
  default boolean repeats() {
    return false;
  }

  record Plain(char it) implements PatternPart {
    @Override
    public boolean takes(char c) {
      return c == it;
    }
  }

  /** Any character of a name. */
  record InName(boolean repeats) implements PatternPart {
    @Override
    public boolean takes(char c) {
      return c != '/';
    }
  }

  /** Anything at all. */
  record Across() implements PatternPart {
    @Override
    public boolean takes(char c) {
      return true;
    }

    @Override
    public boolean repeats() {
      return true;
    }
  }

  /** Any folders, none included. */
  record Folders() implements PatternPart {
    @Override
    public boolean takes(char c) {
      return true;
    }

    @Override
    public boolean repeats() {
      return true;
    }
  }

  /** One character of a class; {@code ranges} holds pairs of first and last. */
  record OneOf(boolean negated, String ranges) implements PatternPart {
    @Override
    public boolean takes(char c) {
      boolean within = false;
      for (int at = 0; at < ranges.length(); at += 2) {
        within |= ranges.charAt(at) <= c && c <= ranges.charAt(at + 1);
      }
      return c != '/' && within != negated;
    }
  }
}
