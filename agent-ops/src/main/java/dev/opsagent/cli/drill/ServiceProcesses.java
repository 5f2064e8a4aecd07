package dev.opsagent.cli.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Counts processes that are left over. */
public final class ServiceProcesses {
  private static final Path PROC = Path.of("/proc");

  private ServiceProcesses() {}

  /**
   * How many work in a folder below this one, this process aside. Where there is no {@code /proc},
   * none is seen.
   */
  public static int below(Path folder) {
    return (int)
        ProcessHandle.allProcesses()
            .filter(process -> process.pid() != ProcessHandle.current().pid())
            .flatMap(process -> workingFolder(process).stream())
            .filter(place -> place.startsWith(folder))
            .count();
  }

  private static Optional<Path> workingFolder(ProcessHandle process) {
    try {
      return Optional.of(
          Files.readSymbolicLink(PROC.resolve(Long.toString(process.pid())).resolve("cwd")));
    } catch (IOException _) {
      return Optional.empty(); // gone meanwhile, or another user's
    }
  }
}
