package dev.opsagent.operations.push;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.push.SemanticVersion.Level;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides the version of a release.
 *
 * @param current the higher of the manifest's version and the last tag
 * @param messages commit messages since the last tag
 * @param taken whether the registry or the remote has the version already
 */
record NextVersion(
    SemanticVersion current, List<String> messages, Predicate<SemanticVersion> taken) {
  /** More than anybody ever leaves behind; bounds the search. */
  private static final int MAX_TAKEN = 1000;

  NextVersion {
    messages = List.copyOf(messages);
  }

  SemanticVersion of(Bump bump) throws Stopped {
    return switch (bump) {
      case Bump.ByLevel(Level level) -> free(level);
      case Bump.ByCommits() -> free(levelOfCommits());
      case Bump.Exactly(SemanticVersion version) -> exactly(version);
    };
  }

  private SemanticVersion free(Level level) throws Stopped {
    SemanticVersion version = current.next(level);
    for (int tries = 0; tries < MAX_TAKEN; tries++) {
      if (!taken.test(version)) {
        return version;
      }
      version = version.next(level);
    }
    throw taken(version);
  }

  private Level levelOfCommits() throws Stopped {
    return ConventionalCommits.level(messages)
        .orElseThrow(() ->
            new Stopped(
                Failure.of(
                    ReasonCode.PRECONDITION_FAILED,
                    "find the next version from the commits since " + current,
                    "nothing to release: none of %d commits is a feat, fix, perf or breaking change"
                        .formatted(messages.size()),
                    "name the bump: patch, minor, major or a version")));
  }

  private SemanticVersion exactly(SemanticVersion version) throws Stopped {
    if (taken.test(version)) {
      throw taken(version);
    }
    if (version.compareTo(current) < 0) {
      throw new Stopped(
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              "release version " + version,
              "the branch is at " + current + " already",
              "name a version above " + current));
    }
    return version;
  }

  private static Stopped taken(SemanticVersion version) {
    return new Stopped(
        Failure.of(
            ReasonCode.VERSION_TAKEN,
            "release version " + version,
            "the registry or the remote has it already",
            "name another version, or patch, minor, major or auto"));
  }
}
