package dev.opsagent.outside;

import dev.opsagent.authority.FileChange;
import dev.opsagent.authority.FileState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that lies in a folder at one moment, {@code .git} included: the base that a later
 * moment is compared with. No link is followed. A file is read again unless the file system itself
 * says that nothing touched it: same inode, size, mode, modification and change time, and the
 * change lies far enough back that a later one would show.
 */
public final class WorkspaceTree {
  private final Path root;
  private final Map<String, TreeReading.Seen> files;

  private WorkspaceTree(Path root, Map<String, TreeReading.Seen> files) {
    this.root = root;
    this.files = files;
  }

  /**
   * Reads a folder.
   *
   * @param clock the one that the file system's times come from
   * @throws IOException when it cannot be read whole, or is beyond the limits of {@link
   *     TreeReading}
   */
  public static WorkspaceTree read(Path root, InstantSource clock) throws IOException {
    return new WorkspaceTree(root, new TreeReading(root, clock, Map.of()).files());
  }

  /** Reads the folder again; what was certainly not touched is taken over. */
  public WorkspaceTree again(InstantSource clock) throws IOException {
    return new WorkspaceTree(root, new TreeReading(root, clock, files).files());
  }

  /** What lies at each path. */
  public Map<String, FileState> files() {
    Map<String, FileState> states = new TreeMap<>();
    files.forEach((path, seen) -> states.put(path, seen.state()));
    return states;
  }

  /**
   * How a later state of the folder differs. That a folder came or went is no difference by itself:
   * what is in it is.
   */
  public List<FileChange> changesTo(WorkspaceTree later) {
    TreeSet<String> paths = new TreeSet<>(files.keySet());
    paths.addAll(later.files.keySet());
    List<FileChange> changes = new ArrayList<>();
    for (String path : paths) {
      change(path, files.get(path), later.files.get(path)).ifPresent(changes::add);
    }
    return changes;
  }

  private static Optional<FileChange> change(
      String path,
      TreeReading.@org.jspecify.annotations.Nullable Seen before,
      TreeReading.@org.jspecify.annotations.Nullable Seen after) {
    Optional<FileState> old = Optional.ofNullable(before).map(TreeReading.Seen::state);
    Optional<FileState> now = Optional.ofNullable(after).map(TreeReading.Seen::state);
    if (Objects.equals(old, now)) {
      return Optional.empty();
    }
    boolean both = isFolder(old) && isFolder(now);
    Optional<FileState> was = isFolder(old) && !both ? Optional.empty() : old;
    Optional<FileState> is = isFolder(now) && !both ? Optional.empty() : now;
    return was.isEmpty() && is.isEmpty()
        ? Optional.empty()
        : Optional.of(new FileChange(path, was, is));
  }

  private static boolean isFolder(Optional<FileState> state) {
    return state.filter(it -> it.kind() == FileState.Kind.FOLDER).isPresent();
  }
}
