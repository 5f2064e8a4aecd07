package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Repository.Change;
import dev.opsagent.outside.Repository.Descent;
import dev.opsagent.outside.Repository.FileCommit;
import dev.opsagent.outside.Repository.History;
import dev.opsagent.outside.Repository.Pushed;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.outside.Repository.ReleaseCommit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** A folder with a working tree; each question opens its repository anew. */
final class GitCheckout implements Repository.Checkout {
  private static final int LARGEST_FILE = 16 * 1024 * 1024;

  private final Path folder;
  private final Remote remote;

  GitCheckout(Path folder, Remote remote) {
    this.folder = folder;
    this.remote = remote;
  }

  /** A question to the open repository. */
  interface Question<T> {
    T ask(org.eclipse.jgit.lib.Repository repository) throws IOException;
  }

  private <T> Answer<T> answer(String action, Question<Answer<T>> question) {
    try (var repository = GitFolders.open(folder)) {
      return question.ask(repository);
    } catch (IOException | UnsupportedOperationException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  private <T> T now(Question<T> question) {
    try (var repository = GitFolders.open(folder)) {
      return question.ask(repository);
    } catch (IOException e) {
      throw new UncheckedIOException("read the repository in " + folder, e);
    }
  }

  /** The commit that HEAD stands at. */
  static ObjectId head(org.eclipse.jgit.lib.Repository repository) throws IOException {
    ObjectId head = repository.resolve(Constants.HEAD);
    if (head == null) {
      throw new IOException("HEAD stands at no commit");
    }
    return head;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String head() {
    return now(repository -> ObjectId.toString(head(repository)));
  }

  @Override
  public Optional<String> branch() {
    return now(GitCheckout::branch);
  }

  static Optional<String> branch(org.eclipse.jgit.lib.Repository repository) throws IOException {
    return Optional.ofNullable(repository.exactRef(Constants.HEAD))
        .filter(Ref::isSymbolic)
        .map(head -> head.getTarget().getName())
        .filter(name -> name.startsWith(Constants.R_HEADS))
        .map(name -> name.substring(Constants.R_HEADS.length()));
  }

  @Override
  public Optional<String> origin() {
    return now(repository -> GitFolders.origin(folder));
  }

  @Override
  public Answer<List<Change>> changes() {
    return answer(
        "compare the working tree with HEAD",
        repository -> new Answer.Ok<>(WorkingTreeChanges.of(repository)));
  }

  @Override
  public Answer<Map<String, String>> files() {
    return answer("list the files of HEAD", repository -> new Answer.Ok<>(files(repository)));
  }

  private static Map<String, String> files(org.eclipse.jgit.lib.Repository repository)
      throws IOException {
    try (RevWalk walk = new RevWalk(repository);
        TreeWalk tree = new TreeWalk(repository)) {
      tree.addTree(walk.parseCommit(head(repository)).getTree());
      tree.setRecursive(true);
      Map<String, String> files = new HashMap<>();
      while (tree.next()) {
        if (!FileMode.GITLINK.equals(tree.getRawMode(0))) {
          files.put(tree.getPathString(), ObjectId.toString(tree.getObjectId(0)));
        }
      }
      return files;
    }
  }

  @Override
  public Answer<Optional<byte[]>> file(String path) {
    String action = "read a file of HEAD";
    return answer(action, repository -> file(action, repository, path));
  }

  private static Answer<Optional<byte[]>> file(
      String action, org.eclipse.jgit.lib.Repository repository, String path) throws IOException {
    if (path.isEmpty()) {
      return new Answer.Ok<>(Optional.empty());
    }
    try (RevWalk walk = new RevWalk(repository);
        TreeWalk tree =
            TreeWalk.forPath(repository, path, walk.parseCommit(head(repository)).getTree())) {
      if (tree == null || !isFile(tree.getRawMode(0))) {
        return new Answer.Ok<>(Optional.empty());
      }
      ObjectLoader blob = repository.open(tree.getObjectId(0), Constants.OBJ_BLOB);
      if (blob.getSize() > LARGEST_FILE) {
        return new Answer.No<>(
            GitFailures.precondition(action, "it has more than " + LARGEST_FILE + " bytes", ""));
      }
      return new Answer.Ok<>(Optional.of(blob.getBytes(LARGEST_FILE)));
    }
  }

  static boolean isFile(int mode) {
    return FileMode.REGULAR_FILE.equals(mode) || FileMode.EXECUTABLE_FILE.equals(mode);
  }

  @Override
  public Answer<History> history() {
    return answer(
        "read the history since the last version tag",
        repository -> new Answer.Ok<>(ReleaseHistory.of(repository)));
  }

  @Override
  public Answer<Release> release(ReleaseCommit commit) {
    String action = "commit and tag " + commit.tag();
    return answer(action, repository -> new ReleaseRefs(repository, action).make(commit));
  }

  @Override
  public Answer<String> commit(FileCommit commit) {
    String action = "commit to " + commit.branch();
    return answer(action, repository -> new ReleaseRefs(repository, action).advance(commit));
  }

  @Override
  public Answer<Boolean> follows(String commit) {
    return answer("look for a commit below HEAD", repository -> follows(repository, commit));
  }

  private static Answer<Boolean> follows(org.eclipse.jgit.lib.Repository repository, String commit)
      throws IOException {
    ObjectId before = ObjectId.fromString(commit);
    if (!repository.getObjectDatabase().has(before)) {
      return new Answer.Ok<>(false);
    }
    try (RevWalk walk = new RevWalk(repository)) {
      return new Answer.Ok<>(
          walk.isMergedInto(walk.parseCommit(before), walk.parseCommit(head(repository))));
    }
  }

  @Override
  public Answer<Optional<Descent>> descent() {
    return answer(
        "compare HEAD with its parent",
        repository -> new Answer.Ok<>(CommitDescent.of(repository)));
  }

  @Override
  public Answer<Optional<Release>> released(String tag) {
    String action = "look for tag " + tag;
    return answer(action, repository -> new ReleaseRefs(repository, action).find(tag));
  }

  @Override
  public Answer<Boolean> unrelease(String tag, String branch, String commit) {
    String action = "take back tag " + tag + " and its commit";
    return answer(
        action, repository -> new ReleaseRefs(repository, action).takeBack(tag, branch, commit));
  }

  @Override
  public Answer<Pushed> push(String url, String branch, String expected, Release release) {
    String action = "push " + branch + " and " + release.tag() + " to " + GitRepository.shown(url);
    return answer(
        action,
        repository ->
            new AtomicPush(remote, repository, action)
                .push(url, expected, release.commit(), Moves.of(branch, expected, release)));
  }

  @Override
  public Answer<Pushed> push(String url, String branch, String expected, String commit) {
    String action = "push " + branch + " to " + GitRepository.shown(url);
    return answer(
        action,
        repository ->
            new AtomicPush(remote, repository, action)
                .push(url, expected, commit, Moves.of(branch, expected, commit)));
  }
}
