package dev.opsagent.tools.git;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Keeps the index of a checkout in step with a commit, for some paths; the others stay as staged.
 */
final class CheckoutIndex {
  private CheckoutIndex() {}

  static void follow(Repository repository, ObjectId commit, Set<String> paths) throws IOException {
    DirCache index = repository.lockDirCache();
    try (RevWalk walk = new RevWalk(repository)) {
      ObjectId tree = walk.parseCommit(commit).getTree();
      DirCacheEditor editor = index.editor();
      for (String path : paths) {
        editor.add(edit(repository, tree, path));
      }
      editor.commit();
    } finally {
      index.unlock();
    }
  }

  private static DirCacheEditor.PathEdit edit(Repository repository, ObjectId tree, String path)
      throws IOException {
    try (TreeWalk found = TreeWalk.forPath(repository, path, tree)) {
      if (found == null) {
        return new DirCacheEditor.DeletePath(path);
      }
      return new Entry(path, found.getFileMode(0), found.getObjectId(0));
    }
  }

  /** Paths that the two commits hold differently. */
  static Set<String> differing(Repository repository, ObjectId one, ObjectId other)
      throws IOException {
    try (RevWalk commits = new RevWalk(repository);
        TreeWalk walk = new TreeWalk(repository)) {
      walk.addTree(commits.parseCommit(one).getTree());
      walk.addTree(commits.parseCommit(other).getTree());
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      Set<String> paths = new HashSet<>();
      while (walk.next()) {
        paths.add(walk.getPathString());
      }
      return paths;
    }
  }

  /** An entry without a file's times, so that git looks at the file's bytes the next time. */
  static final class Entry extends DirCacheEditor.PathEdit {
    private final FileMode mode;
    private final ObjectId blob;

    Entry(String path, FileMode mode, ObjectId blob) {
      super(path);
      this.mode = mode;
      this.blob = blob;
    }

    @Override
    public void apply(DirCacheEntry entry) {
      entry.setFileMode(mode);
      entry.setObjectId(blob);
      entry.setLength(0);
      entry.setLastModified(Instant.EPOCH);
      entry.setAssumeValid(false);
    }
  }
}
