package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import java.nio.file.Path;
import java.time.Duration;

/** Installs what a package needs at run time. */
@FunctionalInterface
public interface DependencyInstaller {
  /**
   * Installs the production dependencies of the package, exactly those of its lock file when it has
   * one, below its folder.
   *
   * @param folder holds the {@code package.json}
   */
  Answer<Boolean> install(Path folder, Duration timeout);
}
