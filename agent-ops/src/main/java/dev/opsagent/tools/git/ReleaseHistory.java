package dev.opsagent.tools.git;

import dev.opsagent.outside.Repository.History;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;

/** Finds the last release below HEAD, and what was committed since. */
final class ReleaseHistory {
  private static final int MOST_MESSAGES = 10_000;
  private static final Pattern TAG = Pattern.compile("v((\\d{1,18})\\.(\\d{1,18})\\.(\\d{1,18}))");

  private ReleaseHistory() {}

  static History of(Repository repository) throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit head = walk.parseCommit(GitCheckout.head(repository));
      Optional<Version> last = last(repository, walk, head);
      walk.reset();
      walk.markStart(head);
      if (last.isPresent()) {
        walk.markUninteresting(last.get().commit());
      }
      return new History(last.map(Version::name), messages(walk));
    }
  }

  private static Optional<Version> last(Repository repository, RevWalk walk, RevCommit head)
      throws IOException {
    List<Version> versions = new ArrayList<>();
    for (Ref tag : repository.getRefDatabase().getRefsByPrefix(Constants.R_TAGS)) {
      version(walk, tag).ifPresent(versions::add);
    }
    versions.sort(Comparator.<Version>naturalOrder().reversed());
    for (Version version : versions) {
      if (walk.isMergedInto(version.commit(), head)) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  private static Optional<Version> version(RevWalk walk, Ref tag) throws IOException {
    Matcher name = TAG.matcher(tag.getName().substring(Constants.R_TAGS.length()));
    if (!name.matches()) {
      return Optional.empty();
    }
    RevObject object = walk.peel(walk.parseAny(tag.getObjectId()));
    return object instanceof RevCommit commit
        ? Optional.of(
            new Version(
                name.group(1),
                Long.parseLong(name.group(2)),
                Long.parseLong(name.group(3)),
                Long.parseLong(name.group(4)),
                commit))
        : Optional.empty();
  }

  private static List<String> messages(RevWalk walk) throws IOException {
    List<String> messages = new ArrayList<>();
    for (RevCommit commit : walk) {
      messages.add(commit.getFullMessage());
      if (messages.size() == MOST_MESSAGES) {
        break;
      }
    }
    return messages;
  }

  private record Version(String name, long major, long minor, long patch, RevCommit commit)
      implements Comparable<Version> {
    private static final Comparator<Version> ORDER =
        Comparator.comparingLong(Version::major)
            .thenComparingLong(Version::minor)
            .thenComparingLong(Version::patch);

    @Override
    public int compareTo(Version other) {
      return ORDER.compare(this, other);
    }
  }
}
