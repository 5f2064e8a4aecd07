package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository.FileCommit;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.outside.Repository.ReleaseCommit;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;

/** Moves the local branch, and with it the tag of a release: both or neither. */
final class ReleaseRefs {
  private final Repository repository;
  private final String action;

  ReleaseRefs(Repository repository, String action) {
    this.repository = repository;
    this.action = action;
  }

  Answer<Release> make(ReleaseCommit commit) throws IOException {
    if (!Repository.isValidRefName(Constants.R_TAGS + commit.tag())) {
      return no("the tag has no valid name", "");
    }
    if (!GitCheckout.branch(repository).equals(Optional.of(commit.branch()))) {
      return no("HEAD is not on branch " + commit.branch(), "check that branch out");
    }
    if (repository.exactRef(Constants.R_TAGS + commit.tag()) != null) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.VERSION_TAKEN,
              action,
              "the tag is there already",
              "release the next version, or delete the tag"));
    }
    // The checkout is one task's own: a lock in it is of a worker that was killed here before.
    AbandonedLocks.remove(repository.getDirectory().toPath(), Duration.ZERO);
    ObjectId parent = GitCheckout.head(repository);
    return new ReleaseObjects(repository, action)
        .write(commit, parent)
        .then(release -> publish(commit, parent, release));
  }

  /** Commits without a tag. */
  Answer<String> advance(FileCommit commit) throws IOException {
    if (!GitCheckout.branch(repository).equals(Optional.of(commit.branch()))) {
      return no("HEAD is not on branch " + commit.branch(), "check that branch out");
    }
    AbandonedLocks.remove(repository.getDirectory().toPath(), Duration.ZERO);
    ObjectId parent = GitCheckout.head(repository);
    return new ReleaseObjects(repository, action)
        .write(commit, parent)
        .then(made -> advance(commit, parent, made));
  }

  private Answer<String> advance(FileCommit commit, ObjectId parent, ObjectId made) {
    try {
      if (!move(new ReceiveCommand(parent, made, Constants.R_HEADS + commit.branch()))) {
        return no("the branch moved meanwhile", "try again");
      }
      CheckoutIndex.follow(repository, made, commit.files().keySet());
      return new Answer.Ok<>(ObjectId.toString(made));
    } catch (IOException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  private Answer<Release> publish(ReleaseCommit commit, ObjectId parent, Release release) {
    try {
      ObjectId made = ObjectId.fromString(release.commit());
      boolean moved =
          move(
              new ReceiveCommand(parent, made, Constants.R_HEADS + commit.branch()),
              new ReceiveCommand(
                  ObjectId.zeroId(),
                  ObjectId.fromString(release.tagObject()),
                  Constants.R_TAGS + commit.tag()));
      if (!moved) {
        return no("the branch moved meanwhile", "try again");
      }
      CheckoutIndex.follow(repository, made, commit.files().keySet());
      return new Answer.Ok<>(release);
    } catch (IOException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  private boolean move(ReceiveCommand... commands) throws IOException {
    BatchRefUpdate update = repository.getRefDatabase().newBatchUpdate();
    update.setAtomic(true).setAllowNonFastForwards(true).disableRefLog();
    update.addCommand(commands);
    try (RevWalk walk = new RevWalk(repository)) {
      update.execute(walk, NullProgressMonitor.INSTANCE);
    }
    return update.getCommands().stream()
        .allMatch(command -> command.getResult() == ReceiveCommand.Result.OK);
  }

  Answer<Optional<Release>> find(String tag) throws IOException {
    Ref ref = repository.exactRef(Constants.R_TAGS + tag);
    if (ref == null) {
      return new Answer.Ok<>(Optional.empty());
    }
    try (RevWalk walk = new RevWalk(repository)) {
      RevObject object = walk.parseAny(ref.getObjectId());
      if (object instanceof RevTag annotated && walk.peel(annotated) instanceof RevCommit commit) {
        return new Answer.Ok<>(
            Optional.of(new Release(tag, ObjectId.toString(commit), ObjectId.toString(annotated))));
      }
      return no("the tag is not an annotated one of a commit", "delete the tag");
    }
  }

  Answer<Boolean> takeBack(String tag, String branch, String commit) throws IOException {
    AbandonedLocks.remove(repository.getDirectory().toPath(), Duration.ZERO);
    ObjectId before = ObjectId.fromString(commit);
    Ref tagRef = repository.exactRef(Constants.R_TAGS + tag);
    Ref branchRef = repository.exactRef(Constants.R_HEADS + branch);
    ObjectId now = branchRef == null ? null : branchRef.getObjectId();
    if (now == null) {
      return no("branch " + branch + " is not there", "");
    }
    if (tagRef == null) {
      return now.equals(before) ? new Answer.Ok<>(true) : no("the branch holds other commits", "");
    }
    if (!now.equals(before) && !now.equals(peeled(tagRef))) {
      return no("the branch holds other commits", "move it back yourself");
    }
    ReceiveCommand delete =
        new ReceiveCommand(tagRef.getObjectId(), ObjectId.zeroId(), tagRef.getName());
    ReceiveCommand back = new ReceiveCommand(now, before, Constants.R_HEADS + branch);
    boolean moved = now.equals(before) ? move(delete) : move(delete, back);
    if (!moved) {
      return no("the branch moved meanwhile", "try again");
    }
    Set<String> paths = CheckoutIndex.differing(repository, now, before);
    if (GitCheckout.branch(repository).equals(Optional.of(branch))) {
      CheckoutIndex.follow(repository, before, paths);
    }
    return new Answer.Ok<>(true);
  }

  private ObjectId peeled(Ref tag) throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      return walk.peel(walk.parseAny(tag.getObjectId())).getId();
    }
  }

  private <T> Answer<T> no(String cause, String fix) {
    return new Answer.No<>(GitFailures.precondition(action, cause, fix));
  }
}
