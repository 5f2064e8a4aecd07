package dev.opsagent.outside;

import java.nio.file.Path;
import java.time.Duration;

/** Runs a package's own code, which is not trusted: no credential is in its reach. */
public interface PackageScripts {
  /**
   * Installs the dependencies that the lock file names. Without a lock file or without dependencies
   * nothing runs, and the answer is an exit code of zero with empty output.
   */
  Answer<Programs.Finished> install(Path folder, Duration timeout);

  /** Runs one script of the manifest; a script that fails is an exit code, not a failure. */
  Answer<Programs.Finished> run(Path folder, String script, Duration timeout);
}
