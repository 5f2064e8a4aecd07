package dev.opsagent.tools.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.outside.Repository.ReleaseCommit;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.Map;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.InvalidPathException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TagBuilder;
import org.eclipse.jgit.revwalk.RevWalk;

/** Writes the objects of a release. Nothing but the request decides over their ids. */
final class ReleaseObjects {
  private final Repository repository;
  private final String action;

  ReleaseObjects(Repository repository, String action) {
    this.repository = repository;
    this.action = action;
  }

  Answer<Release> write(ReleaseCommit request, ObjectId parent) throws IOException {
    PersonIdent identity =
        new PersonIdent(request.author(), request.email(), request.at(), ZoneOffset.UTC);
    String message = request.message().strip() + "\n";
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      DirCache index = indexOf(parent);
      replace(index, request.files(), inserter);
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(index.writeTree(inserter));
      commit.setParentId(parent);
      commit.setAuthor(identity);
      commit.setCommitter(identity);
      commit.setMessage(message);
      commit.setEncoding(UTF_8);
      ObjectId commitId = inserter.insert(commit);
      TagBuilder tag = new TagBuilder();
      tag.setTag(request.tag());
      tag.setObjectId(commitId, Constants.OBJ_COMMIT);
      tag.setTagger(identity);
      tag.setMessage(message);
      ObjectId tagId = inserter.insert(tag);
      inserter.flush();
      return new Answer.Ok<>(
          new Release(request.tag(), ObjectId.toString(commitId), ObjectId.toString(tagId)));
    } catch (InvalidPathException | NotAFile e) {
      return new Answer.No<>(
          GitFailures.precondition(
              action,
              "a path of the release is not one of a plain file",
              "name files inside the repository"));
    }
  }

  /** The tree of the commit as an index in memory: what is staged in the checkout takes no part. */
  private DirCache indexOf(ObjectId commit) throws IOException {
    DirCache index = DirCache.newInCore();
    try (RevWalk walk = new RevWalk(repository);
        ObjectReader reader = repository.newObjectReader()) {
      DirCacheBuilder builder = index.builder();
      builder.addTree(
          new byte[0], DirCacheEntry.STAGE_0, reader, walk.parseCommit(commit).getTree());
      builder.finish();
    }
    return index;
  }

  private static void replace(DirCache index, Map<String, byte[]> files, ObjectInserter inserter)
      throws IOException {
    DirCacheEditor editor = index.editor();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      FileMode mode = mode(index, file.getKey());
      ObjectId blob = inserter.insert(Constants.OBJ_BLOB, file.getValue());
      editor.add(new CheckoutIndex.Entry(file.getKey(), mode, blob));
    }
    editor.finish();
  }

  /** A file keeps its mode. A link is not written through, and no folder becomes a file. */
  private static FileMode mode(DirCache index, String path) {
    DirCacheEntry entry = index.getEntry(path);
    if (entry != null && !GitCheckout.isFile(entry.getRawMode())) {
      throw new NotAFile();
    }
    boolean folder = index.getEntriesWithin(path).length > 0 && entry == null;
    if (folder || belowFile(index, path)) {
      throw new NotAFile();
    }
    return entry == null ? FileMode.REGULAR_FILE : entry.getFileMode();
  }

  private static boolean belowFile(DirCache index, String path) {
    for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      if (index.getEntry(path.substring(0, at)) != null) {
        return true;
      }
    }
    return false;
  }

  /** Ends the writing before any object is kept. */
  private static final class NotAFile extends RuntimeException {
    NotAFile() {
      super("not a plain file");
    }
  }
}
