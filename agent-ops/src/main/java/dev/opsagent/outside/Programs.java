package dev.opsagent.outside;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs programs of the machine: an argument list and no shell, a scrubbed environment, a time
 * limit, bounded output, and behind a wall that lets through what the command declares. The whole
 * process tree ends with the call, also when the calling thread is interrupted.
 */
public interface Programs {
  /** Whether the program is installed. */
  boolean available(String program);

  /**
   * Runs it to its end. A program that cannot start or is cut off is a failure; exit codes are not.
   * Without a wall the answer is {@code SANDBOX_UNAVAILABLE}, and nothing has run.
   */
  Answer<Finished> run(Command command);

  /**
   * Starts a program that goes on by itself, in a session of its own, also when this process ends.
   * Its number is the one of the process that is started; what that starts in turn bears the
   * environment given here.
   */
  Answer<Process> start(Detached detached);

  /**
   * @param arguments the program's name or path, then its arguments
   * @param directory the working directory
   * @param environment added to a minimal one (PATH, LANG, private HOME and TMPDIR)
   * @param grants what it may touch
   */
  record Command(
      List<String> arguments,
      Path directory,
      Map<String, String> environment,
      Duration timeout,
      Grants grants) {
    public Command {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }

    /** A command that may touch nothing. */
    public Command(
        List<String> arguments, Path directory, Map<String, String> environment, Duration timeout) {
      this(arguments, directory, environment, timeout, Grants.NONE);
    }
  }

  /**
   * @param arguments the program's name or path, then its arguments
   * @param directory the working directory
   * @param environment added to a minimal one (PATH and LANG)
   * @param temporary its folder for temporary files
   * @param output the file that takes what it writes, at its end
   * @param grants what it may touch
   */
  record Detached(
      List<String> arguments,
      Path directory,
      Map<String, String> environment,
      Path temporary,
      Path output,
      Grants grants) {
    public Detached {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * @param stdout the first and last part of it, secrets masked
   * @param stderr likewise
   * @param took from the start to the end of its process tree
   */
  record Finished(int exitCode, String stdout, String stderr, Duration took) {}
}
