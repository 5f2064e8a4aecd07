package dev.opsagent.operations;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Repository.Change;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.RemoteRefs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the branch that a task means, and sees that it is in a state to work from.
 *
 * @param purpose what it is looked up for, as a verb: release
 */
public record BranchLookup(Repository repository, String purpose, WorkingFolder workingFolder) {
  private static final String HEADS = "refs/heads/";

  /** What a working folder may hold besides the commit. */
  public interface WorkingFolder {
    /**
     * Judges it.
     *
     * @param action what it is looked up for, in words
     * @throws Stopped when it holds something else
     */
    void check(Checkout checkout, String action) throws Stopped;
  }

  /** For what is made of the commit alone: a folder with anything else in it is refused. */
  public static BranchLookup ofCommitted(Repository repository, String purpose) {
    return new BranchLookup(repository, purpose, BranchLookup::refuseChanges);
  }

  private static void refuseChanges(Checkout checkout, String action) throws Stopped {
    List<Change> changes = unlessOk(checkout.changes());
    if (!changes.isEmpty()) {
      throw refused(
          action,
          "%d changes are not committed, such as %s"
              .formatted(changes.size(), Lines.printable(changes.getFirst().path())),
          "commit or stash them");
    }
  }

  /**
   * Finds the branch.
   *
   * @param environment of the task: a folder serves the local one only
   */
  public RemoteBranch find(String environment, RepositoryRef wanted) throws Stopped {
    RemoteUrl url = new RemoteUrl(wanted.url());
    boolean workingFolder = url.isOnThisMachine() && Files.exists(url.folder().resolve(".git"));
    return workingFolder
        ? ofWorkingFolder(environment, wanted, url.folder())
        : ofRemote(wanted, wanted.url(), Optional.empty());
  }

  private RemoteBranch ofWorkingFolder(String environment, RepositoryRef wanted, Path folder)
      throws Stopped {
    String action = purpose + " from the folder " + folder;
    if (!environment.equals(Environment.LOCAL)) {
      throw refused(action, "a folder serves the environment local only", "name the remote");
    }
    Checkout checkout = unlessOk(repository.open(folder));
    String branch =
        checkout
            .branch()
            .orElseThrow(() -> refused(action, "it is on no branch", "check the branch out"));
    if (wanted.ref().filter(ref -> !shortName(ref).equals(branch)).isPresent()) {
      throw refused(action, "it is on the branch " + branch, "check out the branch of /ref");
    }
    String origin =
        checkout
            .origin()
            .map(url -> absolute(url, folder))
            .orElseThrow(() -> refused(action, "it has no origin", "git remote add origin URL"));
    Optional<String> unusable = new RemoteUrl(origin).refusal();
    if (unusable.isPresent()) {
      throw refused(action, "its origin cannot be used: " + unusable.get(), "set another origin");
    }
    RemoteBranch remote = ofRemote(wanted, origin, Optional.of(branch));
    if (!checkout.head().equals(remote.head())) {
      throw refused(
          action,
          "it stands at %s and %s of its origin at %s"
              .formatted(checkout.head(), branch, remote.head()),
          "git pull and git push, until both are equal");
    }
    workingFolder.check(checkout, action);
    return remote;
  }

  /** Git reads a relative origin from the folder. */
  private static String absolute(String url, Path folder) {
    boolean relative = url.startsWith("./") || url.startsWith("../");
    return relative ? folder.resolve(url).normalize().toString() : url;
  }

  private RemoteBranch ofRemote(RepositoryRef wanted, String url, Optional<String> known)
      throws Stopped {
    RemoteRefs remote = unlessOk(repository.refs(url));
    String action = purpose + " from " + url;
    String branch =
        known
            .or(wanted::ref)
            .or(remote::head)
            .map(BranchLookup::shortName)
            .orElseThrow(
                () -> refused(action, "the remote has no default branch", "name it in /ref"));
    String head = remote.refs().get(HEADS + branch);
    if (head == null) {
      throw refused(action, "the remote has no branch " + branch, "name a branch in /ref");
    }
    if (wanted.commit().filter(commit -> !commit.equals(head)).isPresent()) {
      throw refused(
          action,
          "the branch %s stands at %s, not at /commit".formatted(branch, head),
          "see what was added, then name its commit");
    }
    return new RemoteBranch(url, branch, head, remote.refs());
  }

  private static String shortName(String ref) {
    return ref.startsWith(HEADS) ? ref.substring(HEADS.length()) : ref;
  }

  private static Stopped refused(String action, String cause, String fix) {
    return new Stopped(Failure.of(ReasonCode.PRECONDITION_FAILED, action, cause, fix));
  }
}
