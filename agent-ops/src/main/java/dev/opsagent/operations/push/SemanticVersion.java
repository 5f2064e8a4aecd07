package dev.opsagent.operations.push;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A version by semver.org 2.0.0.
 *
 * @param preRelease identifiers after the hyphen; empty for a release
 * @param build what follows the plus sign; does not count in the order
 */
record SemanticVersion(
    long major, long minor, long patch, List<String> preRelease, Optional<String> build)
    implements Comparable<SemanticVersion> {
  private static final String NUMBER = "(0|[1-9]\\d{0,14})";
  private static final Pattern FORM =
      Pattern.compile(
          NUMBER
              + "\\."
              + NUMBER
              + "\\."
              + NUMBER
              + "(?:-((?:0|[1-9]\\d{0,14}|\\d*[A-Za-z-][0-9A-Za-z-]*)"
              + "(?:\\.(?:0|[1-9]\\d{0,14}|\\d*[A-Za-z-][0-9A-Za-z-]*))*))?"
              + "(?:\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?");
  private static final int MAX_LENGTH = 128;
  private static final Comparator<SemanticVersion> NUMBERS =
      Comparator.comparingLong(SemanticVersion::major)
          .thenComparingLong(SemanticVersion::minor)
          .thenComparingLong(SemanticVersion::patch);

  SemanticVersion {
    preRelease = List.copyOf(preRelease);
  }

  static Optional<SemanticVersion> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    List<String> preRelease =
        Optional.ofNullable(form.group(4)).map(ids -> List.of(ids.split("\\."))).orElse(List.of());
    return Optional.of(
        new SemanticVersion(
            Long.parseLong(form.group(1)),
            Long.parseLong(form.group(2)),
            Long.parseLong(form.group(3)),
            preRelease,
            Optional.ofNullable(form.group(5))));
  }

  /** The next version of that level; a pre-release is followed by the release it leads to. */
  SemanticVersion next(Level level) {
    return switch (level) {
      case MAJOR -> minor == 0 && patch == 0 && isPreRelease() ? release() : of(major + 1, 0, 0);
      case MINOR -> patch == 0 && isPreRelease() ? release() : of(major, minor + 1, 0);
      case PATCH -> isPreRelease() ? release() : of(major, minor, patch + 1);
    };
  }

  boolean isPreRelease() {
    return !preRelease.isEmpty();
  }

  private SemanticVersion release() {
    return of(major, minor, patch);
  }

  private static SemanticVersion of(long major, long minor, long patch) {
    return new SemanticVersion(major, minor, patch, List.of(), Optional.empty());
  }

  @Override
  public int compareTo(SemanticVersion other) {
    int numbers = NUMBERS.compare(this, other);
    if (numbers != 0 || (preRelease.isEmpty() && other.preRelease.isEmpty())) {
      return numbers;
    }
    if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
      return preRelease.isEmpty() ? 1 : -1;
    }
    return IntStream.range(0, Math.min(preRelease.size(), other.preRelease.size()))
        .map(at -> compareIdentifiers(preRelease.get(at), other.preRelease.get(at)))
        .filter(order -> order != 0)
        .findFirst()
        .orElse(Integer.compare(preRelease.size(), other.preRelease.size()));
  }

  private static int compareIdentifiers(String one, String other) {
    boolean oneNumeric = isNumeric(one);
    boolean otherNumeric = isNumeric(other);
    if (oneNumeric && otherNumeric) {
      return Long.compare(Long.parseLong(one), Long.parseLong(other));
    }
    if (oneNumeric || otherNumeric) {
      return oneNumeric ? -1 : 1;
    }
    return one.compareTo(other);
  }

  private static boolean isNumeric(String identifier) {
    return identifier.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public String toString() {
    String suffix = preRelease.isEmpty() ? "" : "-" + String.join(".", preRelease);
    return major + "." + minor + "." + patch + suffix + build.map(b -> "+" + b).orElse("");
  }

  /** Which number a release raises. */
  enum Level {
    PATCH,
    MINOR,
    MAJOR
  }
}
