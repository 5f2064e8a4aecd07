package dev.opsagent.tools.git;

import dev.opsagent.outside.Repository.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.AbstractTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.NameConflictTreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;

/**
 * Compares the bytes of the working tree with HEAD. The index takes no part: whoever can write
 * files could mark entries in it as unchanged.
 */
final class WorkingTreeChanges {
  private static final int HEAD = 0;
  private static final int WORK = 1;

  private final TreeWalk walk;
  private final List<Change> changes = new ArrayList<>();

  private WorkingTreeChanges(TreeWalk walk) {
    this.walk = walk;
  }

  static List<Change> of(Repository repository) throws IOException {
    try (RevWalk commits = new RevWalk(repository);
        TreeWalk walk = new NameConflictTreeWalk(repository)) {
      walk.addTree(commits.parseCommit(GitCheckout.head(repository)).getTree());
      walk.addTree(new FileTreeIterator(repository));
      walk.setOperationType(TreeWalk.OperationType.CHECKIN_OP);
      return new WorkingTreeChanges(walk).list();
    }
  }

  private List<Change> list() throws IOException {
    while (walk.next()) {
      visit();
    }
    return List.copyOf(changes);
  }

  private void visit() throws IOException {
    WorkingTreeIterator work = walk.getTree(WORK, WorkingTreeIterator.class);
    AbstractTreeIterator head = walk.getTree(HEAD, AbstractTreeIterator.class);
    if (work == null) {
      deleted();
      return;
    }
    if (head == null) {
      untracked(work);
      return;
    }
    both(work);
  }

  private void deleted() throws IOException {
    FileMode mode = walk.getFileMode(HEAD);
    if (FileMode.TREE.equals(mode)) {
      walk.enterSubtree();
      return;
    }
    // A submodule that is not checked out has no folder either.
    if (!FileMode.GITLINK.equals(mode)) {
      add(true);
    }
  }

  private void untracked(WorkingTreeIterator work) throws IOException {
    if (work.isEntryIgnored()) {
      return;
    }
    if (FileMode.TREE.equals(walk.getFileMode(WORK))) {
      walk.enterSubtree();
      return;
    }
    add(false);
  }

  private void both(WorkingTreeIterator work) throws IOException {
    boolean headIsFolder = FileMode.TREE.equals(walk.getFileMode(HEAD));
    boolean workIsFolder = FileMode.TREE.equals(walk.getFileMode(WORK));
    if (headIsFolder && workIsFolder) {
      walk.enterSubtree();
      return;
    }
    if (headIsFolder || workIsFolder) {
      add(!headIsFolder);
      walk.enterSubtree();
      return;
    }
    boolean submodule =
        FileMode.GITLINK.equals(walk.getFileMode(HEAD))
            && FileMode.GITLINK.equals(walk.getFileMode(WORK));
    if (!submodule && differs(work)) {
      add(true);
    }
  }

  private boolean differs(WorkingTreeIterator work) {
    return !walk.getFileMode(HEAD).equals(walk.getFileMode(WORK))
        || !walk.getObjectId(HEAD).equals(work.getEntryObjectId());
  }

  private void add(boolean tracked) {
    changes.add(new Change(walk.getPathString(), tracked));
  }
}
