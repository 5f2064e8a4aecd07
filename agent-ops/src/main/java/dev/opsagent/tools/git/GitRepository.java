package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheCheckout;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Git through JGit. What a repository's configuration says is not heeded, except for the address of
 * its origin; hooks of a remote that lies in a folder do not run either.
 */
public final class GitRepository implements Repository {
  private static final Path NO_OBJECTS = Path.of("/dev/null");

  private final Remote remote;

  /**
   * @param logins the credential for an address; empty for an address that has none
   * @param timeout limit of a single transfer
   */
  public GitRepository(Function<String, Optional<Login>> logins, Duration timeout) {
    HermeticSystem.install();
    this.remote = new Remote(logins, timeout);
  }

  @Override
  public Answer<RemoteRefs> refs(String url) {
    String action = "read the refs of " + shown(url);
    try (var nothing = GitFolders.borrowing(NO_OBJECTS)) {
      return remote.refs(action, url, nothing);
    } catch (IOException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  @Override
  public Answer<Checkout> clone(String url, String branch, String commit, Path folder) {
    String action = "clone " + shown(branch) + " of " + shown(url);
    if (!org.eclipse.jgit.lib.Repository.isValidRefName(Constants.R_HEADS + branch)
        || branch.startsWith("-")) {
      return invalid(action, "the branch has no valid name");
    }
    if (!ObjectId.isId(commit)) {
      return invalid(action, "the commit is no object id of 40 hex digits");
    }
    return RemoteUrl.parse(url).then(parsed -> cloneInto(action, url, branch, commit, folder));
  }

  private Answer<Checkout> cloneInto(
      String action, String url, String branch, String commit, Path folder) {
    try {
      Files.createDirectories(folder);
      if (!isEmpty(folder)) {
        return invalid(action, "the folder is not empty");
      }
      GitFolders.create(folder, branch, url);
      try (var repository = GitFolders.open(folder)) {
        return remote
            .fetch(action, url, repository, branch)
            .then(done -> checkOut(action, repository, branch, commit))
            .then(done -> open(folder));
      }
    } catch (IOException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  private static Answer<Boolean> checkOut(
      String action, org.eclipse.jgit.lib.Repository repository, String branch, String commit) {
    try (RevWalk walk = new RevWalk(repository)) {
      Ref tip = repository.exactRef(Constants.R_REMOTES + "origin/" + branch);
      ObjectId id = ObjectId.fromString(commit);
      if (tip == null || !repository.getObjectDatabase().has(id)) {
        return notThere(action);
      }
      RevCommit wanted = walk.parseCommit(id);
      if (!walk.isMergedInto(wanted, walk.parseCommit(tip.getObjectId()))) {
        return notThere(action);
      }
      RefUpdate update = repository.updateRef(Constants.R_HEADS + branch);
      update.setNewObjectId(wanted);
      update.setExpectedOldObjectId(ObjectId.zeroId());
      update.disableRefLog();
      if (update.update() != RefUpdate.Result.NEW) {
        return invalid(action, "the branch could not be made");
      }
      DirCache index = repository.lockDirCache();
      try {
        new DirCacheCheckout(repository, index, wanted.getTree()).checkout();
      } finally {
        index.unlock();
      }
      return new Answer.Ok<>(true);
    } catch (IOException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  private static Answer<Boolean> notThere(String action) {
    return new Answer.No<>(
        GitFailures.precondition(
            action, "the commit is not on that branch", "name a commit of the branch"));
  }

  @Override
  public Answer<Checkout> open(Path folder) {
    String action = "open the repository in " + folder.getFileName();
    Path absolute = folder.toAbsolutePath().normalize();
    try {
      Optional<String> fault = GitFolders.fault(absolute);
      if (fault.isPresent()) {
        return invalid(action, fault.get());
      }
      try (var repository = GitFolders.open(absolute)) {
        return repository.resolve(Constants.HEAD) == null
            ? invalid(action, "it has no commit yet")
            : new Answer.Ok<>(new GitCheckout(absolute, remote));
      }
    } catch (IOException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static <T> Answer<T> invalid(String action, String cause) {
    return new Answer.No<>(Failure.of(ReasonCode.PRECONDITION_FAILED, action, cause, ""));
  }

  /** An address may hold a secret where none belongs: only its plain part is repeated. */
  static String shown(String url) {
    int from = url.indexOf("://") < 0 ? 0 : url.indexOf("://") + 3;
    int at = url.lastIndexOf('@');
    return GitFailures.oneLine(at < from ? url : url.substring(0, from) + url.substring(at + 1));
  }
}
