package dev.opsagent.outside;

import dev.opsagent.authority.FileChange;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Git, without its programs: no hook, filter or helper of a repository ever runs. */
public interface Repository {
  /**
   * All refs of the remote, by full name, peeled tags as {@code refs/tags/NAME^{}}, the default
   * branch as {@code HEAD} → {@code refs/heads/NAME} in {@link RemoteRefs#head()}.
   */
  Answer<RemoteRefs> refs(String url);

  /** Clones one branch with its tags into an empty folder and checks the commit out. */
  Answer<Checkout> clone(String url, String branch, String commit, Path folder);

  /**
   * Opens a folder that {@link #clone} made, or a working folder of a user; fails when it is none.
   */
  Answer<Checkout> open(Path folder);

  /**
   * @param head full name of the default branch, if the remote says so
   */
  record RemoteRefs(Optional<String> head, Map<String, String> refs) {
    public RemoteRefs {
      refs = Map.copyOf(refs);
    }
  }

  /** One checkout. */
  interface Checkout {
    Path folder();

    /** Object id that HEAD stands at. */
    String head();

    /** The branch that HEAD names, unless detached. */
    Optional<String> branch();

    /** The URL of {@code origin}, if configured. */
    Optional<String> origin();

    /** Paths that differ from HEAD: modified, deleted, or untracked and not ignored. */
    Answer<List<Change>> changes();

    /** Files of HEAD: path to blob id. */
    Answer<Map<String, String>> files();

    /** One file of HEAD. */
    Answer<Optional<byte[]>> file(String path);

    /** The newest version tag ({@code v1.2.3}) reachable from HEAD, and the messages since. */
    Answer<History> history();

    /**
     * Commits exactly these files onto HEAD, whatever else the working tree or its index hold, and
     * makes an annotated tag on it. The same input gives the same object ids.
     */
    Answer<Release> release(ReleaseCommit commit);

    /**
     * Commits exactly these files onto HEAD, as {@link #release} does, without a tag. Returns the
     * commit's object id.
     */
    Answer<String> commit(FileCommit commit);

    /** Whether HEAD is this commit or follows it; a commit that is not there is not followed. */
    Answer<Boolean> follows(String commit);

    /**
     * How HEAD differs from its only parent.
     *
     * @return empty when it has none or several, or when they differ in more than a few files
     */
    Answer<Optional<Descent>> descent();

    /** The release commit that {@link #release} made earlier, if its tag is there. */
    Answer<Optional<Release>> released(String tag);

    /** Deletes the local tag and moves the branch back to the commit. */
    Answer<Boolean> unrelease(String tag, String branch, String commit);

    /**
     * Pushes branch and tag in one atomic push. The branch must stand at {@code expected}, the tag
     * must not exist; else nothing moves.
     */
    Answer<Pushed> push(String url, String branch, String expected, Release release);

    /** Pushes the branch alone. It must stand at {@code expected}; else it does not move. */
    Answer<Pushed> push(String url, String branch, String expected, String commit);
  }

  /**
   * A commit and its only parent.
   *
   * @param parent object id
   * @param changes of every path that differs, a submodule and a file above 1 MiB as what is no
   *     plain file
   * @param before the bytes of the plain files among them, as the parent has them
   * @param after the same, as the commit has them
   */
  record Descent(
      String parent,
      List<FileChange> changes,
      Map<String, byte[]> before,
      Map<String, byte[]> after) {
    public Descent {
      changes = List.copyOf(changes);
      before = Map.copyOf(before);
      after = Map.copyOf(after);
    }
  }

  /**
   * @param tracked whether HEAD has the path
   */
  record Change(String path, boolean tracked) {}

  /**
   * @param version of the last tag, without {@code v}
   * @param messages full commit messages since, newest first, at most 10,000
   */
  record History(Optional<String> version, List<String> messages) {
    public History {
      messages = List.copyOf(messages);
    }
  }

  /** What to commit, by whom and when. */
  record ReleaseCommit(
      String branch,
      String tag,
      String message,
      Map<String, byte[]> files,
      String author,
      String email,
      Instant at) {
    public ReleaseCommit {
      files = Map.copyOf(files);
    }

    /** The commit that the tag names. */
    public FileCommit untagged() {
      return new FileCommit(branch, message, files, author, email, at);
    }
  }

  /** What to commit without a tag, by whom and when. */
  record FileCommit(
      String branch,
      String message,
      Map<String, byte[]> files,
      String author,
      String email,
      Instant at) {
    public FileCommit {
      files = Map.copyOf(files);
    }
  }

  /**
   * @param commit object id of the release commit
   * @param tagObject object id of the annotated tag
   */
  record Release(String tag, String commit, String tagObject) {}

  /** What an atomic push came to. */
  enum Pushed {
    MOVED,
    /** Somebody else moved a ref; neither of ours moved. */
    REFUSED
  }
}
