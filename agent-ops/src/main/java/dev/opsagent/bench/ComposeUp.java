package dev.opsagent.bench;

import dev.opsagent.outside.LocalPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** {@code docker compose up --wait}, as a person deploys an image without an agent. */
public final class ComposeUp implements Rival {
  private final Path folder;
  private final String image;
  private final ComposeProject project;

  /**
   * @param folder of its project
   * @param image one that the engine has
   * @param environment to take the engine's address of
   */
  public ComposeUp(Path folder, String image, Map<String, String> environment) {
    this.folder = folder;
    this.image = image;
    String name = "ops-agent-bench-" + ProcessHandle.current().pid();
    this.project = new ComposeProject(folder.resolve("compose.yaml"), name, folder, environment);
  }

  @Override
  public String name() {
    return "docker compose up --wait";
  }

  @Override
  public String environment() {
    return "local";
  }

  @Override
  public String image() {
    return image;
  }

  @Override
  public long up() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("compose.yaml"),
        """
        services:
          one:
            image: "%1$s"
            environment: {PORT: "%2$d"}
            ports: ["127.0.0.1:%2$d:%2$d"]
        """
            .formatted(image, LocalPorts.free()));
    try {
      long begun = System.nanoTime();
      project.compose("up", "--detach", "--wait");
      return System.nanoTime() - begun;
    } finally {
      project.compose("down", "--timeout", "0");
    }
  }

  @Override
  public void remove(String service) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String label = "label=dev.opsagent.target=local/" + service;
    for (String id : project.docker("ps", "--all", "--quiet", "--filter", label).lines().toList()) {
      project.docker("rm", "--force", id);
    }
  }
}
