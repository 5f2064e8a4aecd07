package dev.opsagent.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Compose project of a drill or a measurement, through the engine's own program. What that cannot
 * do is a {@link BenchFailed} with what it said. Not for several threads.
 */
public final class ComposeProject {
  private static final List<String> NEEDED = List.of("PATH", "HOME", "DOCKER_HOST");

  private final Path file;
  private final String name;
  private final Path scratch;
  private final Map<String, String> environment = new TreeMap<>();

  /**
   * @param file the compose file
   * @param name the project's, which nothing else has
   * @param scratch an empty folder
   * @param around the environment to take the engine's address of
   */
  public ComposeProject(Path file, String name, Path scratch, Map<String, String> around) {
    this.file = file.toAbsolutePath();
    this.name = name;
    this.scratch = scratch;
    around.forEach((key, value) -> {
      if (NEEDED.contains(key) || key.startsWith("DOCKER_")) {
        environment.put(key, value);
      }
    });
  }

  /** Sets a variable of the compose file, for what is asked from now on. */
  public void set(String variable, String value) {
    environment.put(variable, value);
  }

  /**
   * {@code docker compose} on this project.
   *
   * @return what it printed
   */
  public String compose(String... arguments) throws IOException, InterruptedException {
    return compose(new byte[0], arguments);
  }

  /** The same, with something to read. */
  public String compose(byte[] input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("compose", "--project-name", name, "--file", file.toString()));
    command.addAll(List.of(arguments));
    return docker(input, command);
  }

  /** {@code docker} on one of this project's containers or images. */
  public String docker(String... arguments) throws IOException, InterruptedException {
    return docker(new byte[0], List.of(arguments));
  }

  /** The same, with something to read. */
  public String docker(byte[] input, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(arguments);
    return new ProgramRun(scratch, environment).run(command, input);
  }

  /** The ids of a service's containers. */
  public List<String> containers(String service) throws IOException, InterruptedException {
    return compose("ps", "--all", "--quiet", service).lines().toList();
  }

  /** Removes its containers, networks and volumes. */
  public void remove() throws IOException, InterruptedException {
    compose("down", "--volumes", "--timeout", "5", "--remove-orphans");
  }
}
