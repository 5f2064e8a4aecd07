package dev.opsagent.tools.git;

import dev.opsagent.authority.FileChange;
import dev.opsagent.authority.FileState;
import dev.opsagent.authority.FileState.Kind;
import dev.opsagent.outside.Repository.Descent;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** How HEAD differs from its only parent, by the trees of both. */
final class CommitDescent {
  private static final int MOST_CHANGES = 16;
  private static final int PERMISSIONS = 07777;
  private static final int BEFORE = 0;
  private static final int AFTER = 1;

  private final Repository repository;
  private final List<FileChange> changes = new ArrayList<>();
  private final Map<String, byte[]> before = new HashMap<>();
  private final Map<String, byte[]> after = new HashMap<>();

  private CommitDescent(Repository repository) {
    this.repository = repository;
  }

  static Optional<Descent> of(Repository repository) throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit head = walk.parseCommit(GitCheckout.head(repository));
      if (head.getParentCount() != 1) {
        return Optional.empty();
      }
      RevCommit parent = walk.parseCommit(head.getParent(0));
      return new CommitDescent(repository).between(parent, head);
    }
  }

  private Optional<Descent> between(RevCommit parent, RevCommit head) throws IOException {
    try (TreeWalk tree = new TreeWalk(repository)) {
      tree.addTree(parent.getTree());
      tree.addTree(head.getTree());
      tree.setRecursive(true);
      tree.setFilter(TreeFilter.ANY_DIFF);
      while (tree.next()) {
        String path = tree.getPathString();
        Optional<FileState> old = state(tree, BEFORE, path, before);
        Optional<FileState> now = state(tree, AFTER, path, after);
        changes.add(new FileChange(path, old, now));
        if (changes.size() > MOST_CHANGES) {
          return Optional.empty();
        }
      }
      return Optional.of(new Descent(ObjectId.toString(parent), changes, before, after));
    }
  }

  private Optional<FileState> state(TreeWalk tree, int side, String path, Map<String, byte[]> files)
      throws IOException {
    int mode = tree.getRawMode(side);
    if (FileMode.MISSING.equals(mode)) {
      return Optional.empty();
    }
    boolean link = FileMode.SYMLINK.equals(mode);
    if (!GitCheckout.isFile(mode) && !link) {
      return Optional.of(new FileState(Kind.SPECIAL, 0, 0, "", false));
    }
    ObjectLoader blob = repository.open(tree.getObjectId(side), Constants.OBJ_BLOB);
    if (blob.getSize() > Json.MAX_BYTES) {
      return Optional.of(new FileState(Kind.SPECIAL, 0, blob.getSize(), "", false));
    }
    byte[] bytes = blob.getBytes(Json.MAX_BYTES);
    String digest = Digests.sha256(bytes);
    if (link) {
      return Optional.of(new FileState(Kind.LINK, 0, bytes.length, digest, false));
    }
    files.put(path, bytes);
    return Optional.of(new FileState(Kind.FILE, mode & PERMISSIONS, bytes.length, digest, false));
  }
}
