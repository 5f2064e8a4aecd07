package dev.opsagent.bench;

import dev.opsagent.outside.LocalPorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code docker compose up --wait}, as a person deploys an image without an agent.
 *
 * @param folder of its project
 * @param image one that the engine has
 */
public record ComposeUp(Path folder, String image) {
  private static final int LONGEST_SECONDS = 120;
  private static final String FILE = "compose.yaml";

  /**
   * Brings the image up in a project of its own, and takes it down again.
   *
   * @return nanoseconds until it was up
   */
  public long up() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve(FILE),
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
      docker("compose", "--file", FILE, "up", "--detach", "--wait");
      return System.nanoTime() - begun;
    } finally {
      docker("compose", "--file", FILE, "down", "--timeout", "0");
    }
  }

  /** Removes the containers of a target, of which a worker keeps some to go back to. */
  public void remove(String target) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String label = "label=dev.opsagent.target=" + target;
    for (String id : docker("ps", "--all", "--quiet", "--filter", label).lines().toList()) {
      docker("rm", "--force", id);
    }
  }

  private String docker(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    Path said = folder.resolve("docker.log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    boolean ended = process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    String output = Files.readString(said, StandardCharsets.UTF_8).strip();
    if (!ended || process.exitValue() != 0) {
      throw new BenchFailed(
          "%s has not ended well: %s".formatted(String.join(" ", command), output));
    }
    return output;
  }
}
