package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.authority.WorkspaceProof;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.WorkspaceTree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;

/**
 * The checkout while programs run in it: after each of them, everything that it changed is held
 * against the map of owners, git's own folder, modes and links included.
 */
final class WatchedCheckout implements WorkspaceProof.Contents {
  private final WriteBoundary boundary;
  private final Checkout source;
  private final Set<String> committed;
  private final Path folder;
  private final InstantSource clock;
  private final WorkspaceTree base;
  private WorkspaceTree last;

  /**
   * @param source the clone that no program touches: what the commit has
   * @param folder where the programs run; as the commit has it, apart from generated files
   * @param clock the one that the file system's times come from
   */
  WatchedCheckout(WriteBoundary boundary, Checkout source, Path folder, InstantSource clock)
      throws Stopped, IOException {
    this.boundary = boundary;
    this.source = source;
    this.committed = unlessOk(source.files()).keySet();
    this.folder = folder;
    this.clock = clock;
    this.base = WorkspaceTree.read(folder, clock);
    this.last = base;
  }

  /**
   * Judges what has changed by now.
   *
   * @param action what the program was for
   * @throws Stopped when something foreign was changed
   */
  WorkspaceProof prove(String action) throws Stopped, IOException {
    last = last.again(clock);
    WorkspaceProof proof = WorkspaceProof.of(boundary.owners(), base.changesTo(last), this);
    boundary.refuseForeign(proof, action);
    return proof;
  }

  @Override
  public byte[] before(String path) throws IOException {
    try {
      return unlessOk(source.file(path)).orElseGet(() -> new byte[0]);
    } catch (Stopped unreadable) {
      throw new IOException(unreadable.getMessage());
    }
  }

  @Override
  public byte[] after(String path) throws IOException {
    return TaskFolders.read(folder.resolve(path)).orElseGet(() -> new byte[0]);
  }

  @Override
  public boolean committed(String path) {
    return committed.contains(path);
  }
}
