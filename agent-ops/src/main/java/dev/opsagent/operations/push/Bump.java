package dev.opsagent.operations.push;

import dev.opsagent.operations.push.SemanticVersion.Level;
import java.util.Optional;

/** Which version a push releases. */
sealed interface Bump {
  /** The next version of a level. */
  record ByLevel(Level level) implements Bump {}

  /** The next version of the level that the commits since the last tag ask for. */
  record ByCommits() implements Bump {}

  /** Exactly this version. */
  record Exactly(SemanticVersion version) implements Bump {}

  /** Reads the parameter; empty when it is none of the forms. */
  static Optional<Bump> parse(String text) {
    return switch (text) {
      case "patch" -> Optional.of(new ByLevel(Level.PATCH));
      case "minor" -> Optional.of(new ByLevel(Level.MINOR));
      case "major" -> Optional.of(new ByLevel(Level.MAJOR));
      case "auto" -> Optional.of(new ByCommits());
      default ->
          SemanticVersion.parse(text)
              .filter(version -> version.build().isEmpty())
              .map(Exactly::new);
    };
  }
}
