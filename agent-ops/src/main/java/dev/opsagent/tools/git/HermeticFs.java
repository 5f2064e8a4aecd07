package dev.opsagent.tools.git;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.FS_POSIX;
import org.eclipse.jgit.util.ProcessResult;
import org.jspecify.annotations.Nullable;

/**
 * A file system that starts no process, knows no hook, and hides the configuration of one
 * repository: its settings could name filters, redirect remotes or switch checks off.
 */
final class HermeticFs extends FS_POSIX {
  private static final File NOTHING = new File("/dev/null");
  private static final int UMASK = 0022;

  private final File hidden;

  /**
   * @param gitDir the folder whose {@code config} is read as if it were empty
   */
  HermeticFs(Path gitDir) {
    this(gitDir.toFile());
  }

  private HermeticFs(File hidden) {
    this.hidden = hidden;
    // JGit would start a shell to ask for it.
    setUmask(UMASK);
    setUserHome(NOTHING);
    setGitSystemConfig(NOTHING);
  }

  @Override
  public FS newInstance() {
    return new HermeticFs(hidden);
  }

  @Override
  public File resolve(File folder, String name) {
    return name.equals("config") && folder.equals(hidden) ? NOTHING : super.resolve(folder, name);
  }

  @Override
  protected @Nullable File discoverGitExe() {
    return null;
  }

  @Override
  public @Nullable File findHook(Repository repository, String hook) {
    return null;
  }

  @Override
  public ProcessResult runHookIfPresent(
      Repository repository,
      String hook,
      String[] arguments,
      OutputStream out,
      OutputStream err,
      String stdin) {
    return new ProcessResult(ProcessResult.Status.NOT_PRESENT);
  }

  @Override
  public ProcessBuilder runInShell(String command, String[] arguments) {
    throw refused();
  }

  @Override
  public int runProcess(ProcessBuilder process, OutputStream out, OutputStream err, String stdin) {
    throw refused();
  }

  @Override
  public int runProcess(
      ProcessBuilder process, OutputStream out, OutputStream err, InputStream stdin) {
    throw refused();
  }

  @Override
  public ExecutionResult execute(ProcessBuilder process, InputStream stdin) throws IOException {
    throw refused();
  }

  private static UnsupportedOperationException refused() {
    return new UnsupportedOperationException("a repository may not start a program");
  }
}
