package dev.opsagent.tools.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository.FileCommit;
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

/**
 * Writes the objects of a commit and of a release. Nothing but the request decides over their ids.
 */
final class ReleaseObjects {
  private final Repository repository;
  private final String action;

  ReleaseObjects(Repository repository, String action) {
    this.repository = repository;
    this.action = action;
  }

  Answer<Release> write(ReleaseCommit request, ObjectId parent) throws IOException {
    return inserting(inserter -> {
      ObjectId commit = commit(request.untagged(), parent, inserter);
      TagBuilder tag = new TagBuilder();
      tag.setTag(request.tag());
      tag.setObjectId(commit, Constants.OBJ_COMMIT);
      tag.setTagger(identity(request.untagged()));
      tag.setMessage(message(request.untagged()));
      ObjectId tagId = inserter.insert(tag);
      return new Release(request.tag(), ObjectId.toString(commit), ObjectId.toString(tagId));
    });
  }

  Answer<ObjectId> write(FileCommit request, ObjectId parent) throws IOException {
    return inserting(inserter -> commit(request, parent, inserter));
  }

  private ObjectId commit(FileCommit request, ObjectId parent, ObjectInserter inserter)
      throws IOException {
    DirCache index = indexOf(parent);
    replace(index, request.files(), inserter);
    CommitBuilder commit = new CommitBuilder();
    commit.setTreeId(index.writeTree(inserter));
    commit.setParentId(parent);
    commit.setAuthor(identity(request));
    commit.setCommitter(identity(request));
    commit.setMessage(message(request));
    commit.setEncoding(UTF_8);
    return inserter.insert(commit);
  }

  private static PersonIdent identity(FileCommit request) {
    return new PersonIdent(request.author(), request.email(), request.at(), ZoneOffset.UTC);
  }

  private static String message(FileCommit request) {
    return request.message().strip() + "\n";
  }

  /** What is written together. */
  private interface Writing<T> {
    T with(ObjectInserter inserter) throws IOException;
  }

  private <T> Answer<T> inserting(Writing<T> writing) throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      T written = writing.with(inserter);
      inserter.flush();
      return new Answer.Ok<>(written);
    } catch (InvalidPathException | NotAFile e) {
      return new Answer.No<>(
          GitFailures.precondition(
              action,
              "a path of the commit is not one of a plain file",
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
