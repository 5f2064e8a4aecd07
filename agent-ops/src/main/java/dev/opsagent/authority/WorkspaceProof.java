package dev.opsagent.authority;

import dev.opsagent.protocol.Digests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What changed in a workspace since its base, each change with its owner: the third wall's
 * evidence.
 *
 * @param policy digest of the map that it was judged by
 */
public record WorkspaceProof(String policy, List<Entry> entries) {
  public WorkspaceProof {
    entries = List.copyOf(entries);
  }

  /**
   * One change.
   *
   * @param pointer the value within the file; empty for the file as a whole
   * @param before digest of what was there, with the kind and mode when it was no plain file
   * @param after digest of what is there now
   * @param foreign whether the Ops Agent may not make it
   */
  public record Entry(
      String path,
      String pointer,
      Optional<String> before,
      Optional<String> after,
      Owner owner,
      String rule,
      boolean foreign) {}

  /** Where the bytes of changed files are. */
  public interface Contents {
    /** The bytes of the base; asked for shared files and those that depend on their content. */
    byte[] before(String path) throws IOException;

    /** The bytes that lie there now. */
    byte[] after(String path) throws IOException;

    /** Whether a commit has the path: then also a generated file may not change. */
    boolean committed(String path);
  }

  /** Judges the changes. */
  public static WorkspaceProof of(OwnershipMap owners, List<FileChange> changes, Contents contents)
      throws IOException {
    Judge judge = new Judge(owners, contents, new ArrayList<>());
    for (FileChange change : changes) {
      judge.judge(change);
    }
    return new WorkspaceProof(owners.digest(), judge.entries());
  }

  /** The changes that must not be kept. */
  public List<Entry> foreign() {
    return entries.stream().filter(Entry::foreign).toList();
  }

  private record Judge(OwnershipMap owners, Contents contents, List<Entry> entries) {
    void judge(FileChange change) throws IOException {
      Optional<String> never = change.neverAllowed();
      if (never.isPresent()) {
        Owner owner =
            RepositoryPath.isPath(change.path())
                ? owners.judge(change.path()).owner()
                : Owner.VERSION_CONTROL;
        add(change, new Judgement(owner, never.get()), true);
        return;
      }
      Optional<SharedFile> shared = owners.shared(change.path());
      if (shared.isEmpty()) {
        whole(change, ofContent(change));
        return;
      }
      Judgement byContent = ofContent(change);
      boolean divided = change.isOfBytesOnly() && byContent.owner() == shared.get().rest();
      if (divided) {
        values(change, shared.get(), byContent);
        return;
      }
      whole(change, shared.get().undivided(byContent));
    }

    /** The stricter of what was there and what is there now. */
    private Judgement ofContent(FileChange change) throws IOException {
      Judgement byPath = owners.judge(change.path());
      if (!owners.dependsOnContent(change.path())) {
        return byPath;
      }
      if (isFile(change.before())) {
        Judgement before = owners.judge(change.path(), contents.before(change.path()));
        if (before.owner().isForeign()) {
          return before;
        }
      }
      return isFile(change.after())
          ? owners.judge(change.path(), contents.after(change.path()))
          : byPath;
    }

    private static boolean isFile(Optional<FileState> state) {
      return state.filter(it -> it.kind() == FileState.Kind.FILE).isPresent();
    }

    private void values(FileChange change, SharedFile shared, Judgement whole) throws IOException {
      byte[] before = contents.before(change.path());
      byte[] after = contents.after(change.path());
      // Bytes that were changed again meanwhile are not those that were found to differ.
      boolean same =
          digest(change.before()).filter(Digests.sha256(before)::equals).isPresent()
              && digest(change.after()).filter(Digests.sha256(after)::equals).isPresent();
      Optional<List<String>> pointers =
          same ? SharedDocument.changes(shared.format(), before, after) : Optional.empty();
      if (pointers.isEmpty()) {
        whole(change, shared.undivided(whole));
        return;
      }
      for (String pointer : pointers.get()) {
        Judgement judged = shared.judge(pointer, whole);
        entries.add(
            new Entry(
                change.path(),
                pointer,
                digest(change.before()),
                digest(change.after()),
                judged.owner(),
                judged.rule(),
                isForeign(judged, change)));
      }
    }

    private void whole(FileChange change, Judgement judgement) {
      add(change, judgement, isForeign(judgement, change));
    }

    private boolean isForeign(Judgement judgement, FileChange change) {
      return switch (judgement.owner()) {
        case OPS -> false;
        case GENERATED -> contents.committed(change.path());
        case ENGINEER, QA, DOCUMENTATION, SECURITY, DATA_ENGINEER, VERSION_CONTROL -> true;
      };
    }

    private void add(FileChange change, Judgement judgement, boolean foreign) {
      entries.add(
          new Entry(
              change.path(),
              "",
              change.before().map(Judge::shown),
              change.after().map(Judge::shown),
              judgement.owner(),
              judgement.rule(),
              foreign));
    }

    private static Optional<String> digest(Optional<FileState> state) {
      return state.map(FileState::digest);
    }

    private static String shown(FileState state) {
      return switch (state.kind()) {
        case FILE -> "%s mode %04o".formatted(state.digest(), state.mode());
        case LINK -> "link to " + state.digest();
        case FOLDER -> "folder mode %04o".formatted(state.mode());
        case SPECIAL -> "special file mode %04o".formatted(state.mode());
      };
    }
  }
}
