package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository.Pushed;
import dev.opsagent.outside.Repository.RemoteRefs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PushConnection;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.RemoteRefUpdate.Status;

/**
 * Pushes a branch, or a branch and a tag in one transaction of the remote, each with the value that
 * it must have before. The remote compares them again under its own lock.
 */
final class AtomicPush {
  private final Remote remote;
  private final Repository repository;
  private final String action;

  AtomicPush(Remote remote, Repository repository, String action) {
    this.remote = remote;
    this.repository = repository;
    this.action = action;
  }

  /**
   * Pushes.
   *
   * @param expected where the branch stands
   * @param commit where it will stand
   */
  Answer<Pushed> push(String url, String expected, String commit, Moves moves) throws IOException {
    if (!ObjectId.isId(expected) || !isForward(expected, commit)) {
      return no("the commit does not follow the commit that the remote stands at", "");
    }
    Path objects = repository.getDirectory().toPath().resolve("objects");
    // A repository of its own: nothing that the checkout's one remembers of remotes is used.
    try (Repository sender = GitFolders.borrowing(objects)) {
      return workingFolder(url)
          ? no("it is a working folder, whose files would not follow", "use a bare repository")
          : send(url, sender, moves);
    }
  }

  private static boolean workingFolder(String url) {
    return RemoteUrl.parse(url) instanceof Answer.Ok<RemoteUrl>(RemoteUrl.Folder folder)
        && folder.isWorkingFolder();
  }

  private boolean isForward(String expected, String commit) throws IOException {
    ObjectId before = ObjectId.fromString(expected);
    if (!repository.getObjectDatabase().has(before)) {
      return false;
    }
    try (RevWalk walk = new RevWalk(repository)) {
      return walk.isMergedInto(
          walk.parseCommit(before), walk.parseCommit(ObjectId.fromString(commit)));
    }
  }

  private Answer<Pushed> send(String url, Repository sender, Moves moves) {
    return remote
        .<Result>talk(
            action,
            url,
            sender,
            (transport, patience) -> {
              transport.setPushAtomic(true);
              try (PushConnection connection = transport.openPush()) {
                RemoteRefs refs = Remote.refs(connection.getRefsMap());
                if (moves.reached(refs)) {
                  return new Answer.Ok<>(new Result.Moved());
                }
                if (!moves.holds(refs)) {
                  return new Answer.Ok<>(new Result.Refused());
                }
                Map<String, RemoteRefUpdate> updates = moves.updates(sender);
                connection.push(patience, updates);
                return result(updates.values());
              }
            })
        .then(result -> judge(result, url, sender, moves));
  }

  /** What the remote answered. */
  private sealed interface Result {
    record Moved() implements Result {}

    record Refused() implements Result {}

    /** Rejected for a reason that is told in words only. */
    record Unclear(String words) implements Result {}
  }

  private Answer<Result> result(Collection<RemoteRefUpdate> updates) {
    Set<Status> statuses =
        updates.stream().map(RemoteRefUpdate::getStatus).collect(Collectors.toSet());
    if (statuses.equals(Set.of(Status.OK))) {
      return new Answer.Ok<>(new Result.Moved());
    }
    if (statuses.contains(Status.OK)) {
      return no("the remote moved one ref without the other, although it promised both", "");
    }
    if (statuses.contains(Status.REJECTED_REMOTE_CHANGED)
        || statuses.contains(Status.REJECTED_NONFASTFORWARD)) {
      return new Answer.Ok<>(new Result.Refused());
    }
    String words =
        updates.stream()
            .flatMap(update -> Optional.ofNullable(update.getMessage()).stream())
            .distinct()
            .collect(Collectors.joining(", "));
    return new Answer.Ok<>(new Result.Unclear(GitFailures.oneLine(words)));
  }

  private Answer<Pushed> judge(Result result, String url, Repository sender, Moves moves) {
    return switch (result) {
      case Result.Moved() -> new Answer.Ok<>(Pushed.MOVED);
      case Result.Refused() -> new Answer.Ok<>(Pushed.REFUSED);
      case Result.Unclear(String words) ->
          remote.refs(action, url, sender).then(refs -> explain(url, refs, moves, words));
    };
  }

  /** A lost race and a refusal by rule read alike; where the refs stand tells them apart. */
  private Answer<Pushed> explain(String url, RemoteRefs refs, Moves moves, String words) {
    if (!moves.holds(refs)) {
      return new Answer.Ok<>(Pushed.REFUSED);
    }
    if (words.toLowerCase(Locale.ROOT).contains("lock")) {
      return new Answer.No<>(
          Failure.passing(
              ReasonCode.REMOTE_MOVED,
              action,
              "the remote's refs are locked: " + words,
              unlocked(url)
                  ? "the lock was left by a process that was killed, and is gone now"
                  : "somebody else pushes; try again"));
    }
    return no("the remote refused the push: " + words, "see what its rules demand");
  }

  /** A remote in a folder is served by this process, which may have been killed under a lock. */
  private static boolean unlocked(String url) {
    try {
      return RemoteUrl.parse(url) instanceof Answer.Ok<RemoteUrl>(RemoteUrl.Folder folder)
          && AbandonedLocks.remove(folder.gitDir(), AbandonedLocks.LONGEST);
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private <T> Answer<T> no(String cause, String fix) {
    return new Answer.No<>(GitFailures.precondition(action, cause, fix));
  }
}
