package dev.opsagent.operations.push;

import dev.opsagent.operations.push.SemanticVersion.Level;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the level of a release from commit messages (conventionalcommits.org 1.0.0). */
final class ConventionalCommits {
  private static final Pattern HEADER =
      Pattern.compile("(?<type>[A-Za-z]+)(?:\\([^()\\r\\n]+\\))?(?<breaking>!)?: +\\S.*");
  private static final Pattern BREAKING_FOOTER =
      Pattern.compile("^BREAKING[ -]CHANGE(?:: | #)", Pattern.MULTILINE);

  private ConventionalCommits() {}

  /** The highest level that the messages ask for; empty when there is nothing to release. */
  static Optional<Level> level(List<String> messages) {
    return messages.stream()
        .flatMap(message -> levelOf(message).stream())
        .max(Comparator.naturalOrder());
  }

  private static Optional<Level> levelOf(String message) {
    Matcher header = HEADER.matcher(message.lines().findFirst().orElse(""));
    if (!header.matches()) {
      return Optional.empty();
    }
    boolean breaking = header.group("breaking") != null || BREAKING_FOOTER.matcher(message).find();
    if (breaking) {
      return Optional.of(Level.MAJOR);
    }
    return switch (header.group("type").toLowerCase(Locale.ROOT)) {
      case "feat" -> Optional.of(Level.MINOR);
      case "fix", "perf" -> Optional.of(Level.PATCH);
      default -> Optional.empty();
    };
  }
}
