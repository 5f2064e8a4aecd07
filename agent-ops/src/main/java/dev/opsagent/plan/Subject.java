package dev.opsagent.plan;

import java.util.List;
import java.util.Optional;

/**
 * What evidence must be about for a plan to be carried out: as much as resolving could pin.
 *
 * @param repository URL of the repository whose commit it is
 * @param commits full object id, and after it those of which evidence counts as well: they are
 *     proved to differ from it in nothing that is judged
 * @param imageDigest of the image that is to run
 * @param packageVersion of the package that is to run
 */
public record Subject(
    Optional<String> repository,
    List<String> commits,
    Optional<String> imageDigest,
    Optional<String> packageVersion) {
  public Subject {
    commits = List.copyOf(commits);
  }

  /** A commit, from which what is to be released is made. */
  public static Subject commit(String repository, String commit) {
    return new Subject(
        Optional.of(repository), List.of(commit), Optional.empty(), Optional.empty());
  }

  /** An image, whose commit only evidence can tell. */
  public static Subject image(String digest) {
    return new Subject(Optional.empty(), List.of(), Optional.of(digest), Optional.empty());
  }

  /** A version of the package that a repository makes. */
  public static Subject version(String repository, String version) {
    return new Subject(Optional.of(repository), List.of(), Optional.empty(), Optional.of(version));
  }

  /** For people. */
  public String words() {
    return imageDigest
        .map(it -> "image " + it)
        .or(() -> packageVersion.map(it -> "version " + it))
        .or(() -> commits.stream().findFirst().map(it -> "commit " + it))
        .orElse("nothing that evidence could name");
  }
}
