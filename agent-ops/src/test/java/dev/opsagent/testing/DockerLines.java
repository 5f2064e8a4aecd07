package dev.opsagent.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the engine's own client prints, with the settings of this process. */
public final class DockerLines {
  private DockerLines() {}

  /**
   * Runs the client, which must end well.
   *
   * @param folder where it is run
   */
  public static List<String> of(Path folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return BusyboxImage.run(
            TestingPrograms.ofTheMachine(), folder, settings(), command.toArray(String[]::new))
        .lines()
        .toList();
  }

  /** What leads the client to the engine. */
  public static Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(System.getenv());
    settings.keySet().removeIf(name -> !name.startsWith("DOCKER_"));
    return settings;
  }
}
