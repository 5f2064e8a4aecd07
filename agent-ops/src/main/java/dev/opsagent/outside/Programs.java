package dev.opsagent.outside;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs programs of the machine: an argument list and no shell, a scrubbed environment, a time
 * limit, bounded output; the whole process tree ends with the call, also when the calling thread is
 * interrupted.
 */
public interface Programs {
  /** Whether the program is installed. */
  boolean available(String program);

  /**
   * Runs it to its end. A program that cannot start or is cut off is a failure; exit codes are not.
   */
  Answer<Finished> run(Command command);

  /**
   * @param arguments the program's name or path, then its arguments
   * @param directory the working directory
   * @param environment added to a minimal one (PATH, LANG, private HOME and TMPDIR)
   */
  record Command(
      List<String> arguments, Path directory, Map<String, String> environment, Duration timeout) {
    public Command {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * @param stdout the first and last part of it, secrets masked
   * @param stderr likewise
   */
  record Finished(int exitCode, String stdout, String stderr) {}
}
