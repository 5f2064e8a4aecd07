package dev.opsagent.operations.image;

import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What a {@code .dockerignore} keeps out of a build's context. */
record DockerIgnore(List<IgnorePattern> patterns) {
  static final String FILE = ".dockerignore";
  private static final int MAX_BYTES = 64 * 1024;
  private static final int MAX_PATTERNS = 1000;

  DockerIgnore {
    patterns = List.copyOf(patterns);
  }

  /**
   * Reads the file.
   *
   * @throws Stopped when it is too long, or a line is no pattern: what cannot be read is not
   *     guessed at
   */
  static DockerIgnore read(byte[] content) throws Stopped {
    if (content.length > MAX_BYTES) {
      throw unreadable("it has more than " + MAX_BYTES + " bytes");
    }
    List<IgnorePattern> patterns = new ArrayList<>();
    int number = 0;
    for (String line : new String(content, StandardCharsets.UTF_8).split("\n", -1)) {
      number++;
      String text = number == 1 ? line.replaceFirst("^\uFEFF", "") : line;
      if (text.isBlank() || text.startsWith("#")) {
        continue;
      }
      try {
        patterns.add(IgnorePattern.of(text));
      } catch (IllegalArgumentException e) {
        throw unreadable("line " + number + " " + e.getMessage());
      }
    }
    if (patterns.size() > MAX_PATTERNS) {
      throw unreadable("it has more than " + MAX_PATTERNS + " patterns");
    }
    return new DockerIgnore(patterns);
  }

  private static Stopped unreadable(String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED, "read " + FILE, cause, "correct it on the branch"));
  }

  /**
   * Whether the file stays out. As Docker does it, from the top folder down: what matched a folder
   * matches what is in it, an exception counts only against what matched before it, and a folder
   * that is out is looked into only when an exception begins with its name.
   */
  boolean ignores(String path) {
    List<BitSet> named = patterns.stream().map(pattern -> pattern.named(path)).toList();
    BitSet matched = new BitSet();
    for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      if (isOut(end, named, matched) && !isLookedInto(path.substring(0, end))) {
        return true;
      }
    }
    return isOut(path.length(), named, matched);
  }

  /**
   * @param matched the patterns that match the folder above; afterwards, those that match this
   */
  private boolean isOut(int length, List<BitSet> named, BitSet matched) {
    boolean out = false;
    for (int i = 0; i < patterns.size(); i++) {
      boolean excepts = patterns.get(i).excepts();
      if (!matched.get(i) && excepts == out && named.get(i).get(length)) {
        matched.set(i);
      }
      if (matched.get(i)) {
        out = !excepts;
      }
    }
    return out;
  }

  private boolean isLookedInto(String folder) {
    return patterns.stream().anyMatch(pattern -> pattern.reaches(folder));
  }
}
