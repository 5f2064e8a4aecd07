package dev.opsagent.sandbox;

import dev.opsagent.outside.Grants;
import dev.opsagent.protocol.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What stands between a program and the machine. */
interface Wall {
  /** Its level and what that leaves open. */
  WallLevel.Report report();

  /** Why nothing can be started, if so. */
  default Optional<Failure> fault() {
    return Optional.empty();
  }

  /**
   * Starts a program behind it, in a session of its own.
   *
   * @throws IOException when it cannot start, or a grant cannot be given as it is
   */
  Running start(Launch launch) throws IOException;

  /**
   * A program that has started.
   *
   * @param afterwards to be done once its process tree has ended
   */
  record Running(Process process, Afterwards afterwards) {
    public Running(Process process) {
      this(process, () -> {});
    }
  }

  /** Puts things back; throws when they cannot be put back as they were. */
  interface Afterwards {
    void run() throws IOException;
  }

  /**
   * @param program absolute path
   * @param arguments those behind the program's name
   * @param environment the whole of it
   * @param search folders in which it finds other programs
   * @param temporary what the program takes for the machine's temporary folders; writable
   * @param aside an empty folder of the worker, out of the program's reach
   * @param grants its private folders among them
   * @param output the file that takes what a detached program writes; absent: one that ends with
   *     this process
   */
  record Launch(
      Path program,
      List<String> arguments,
      Path directory,
      Map<String, String> environment,
      List<Path> search,
      Path temporary,
      Path aside,
      Grants grants,
      Optional<Path> output) {
    public Launch {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
      search = List.copyOf(search);
    }
  }
}
