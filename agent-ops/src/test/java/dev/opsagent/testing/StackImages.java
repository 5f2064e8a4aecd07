package dev.opsagent.testing;

import dev.opsagent.bench.BenchFailed;
import dev.opsagent.bench.ComposeProject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What tests of the worker's image and of the stack need. */
public final class StackImages {
  /** The checkout. */
  public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final List<String> FOREIGN =
      List.of(
          "debian:bookworm-slim",
          "eclipse-temurin:25-jdk",
          "node:22-bookworm-slim",
          "hashicorp/terraform:1.11.4",
          "apache/kafka:4.4.0",
          "verdaccio/verdaccio:6",
          "prom/prometheus:v2.42.0");

  private StackImages() {}

  /**
   * Requires an engine with Compose, the images that are not ours, and a package to make ours of.
   */
  public static void require(Path scratch) {
    ComposeProject engine = project("ops-agent-images", scratch);
    Peers.require(
        "Docker with Compose v2",
        () -> works(engine, List.of("compose", "ls")),
        "run .ci/install-packages, .ci/install-compose, .ci/start-docker");
    for (String image : FOREIGN) {
      Peers.require(
          "the image " + image,
          () -> works(engine, List.of("image", "inspect", image)),
          "docker pull " + image + ", or run .ci/stand-in-images where nothing can be pulled");
    }
    Peers.require(
        "the package",
        () -> Files.isDirectory(ROOT.resolve("agent-ops/target/dist/lib")),
        "mvn -DskipTests package");
  }

  /** The stack under a name of its own. */
  public static ComposeProject project(String name, Path scratch) {
    return new ComposeProject(ROOT.resolve("docker-compose.yml"), name, scratch, System.getenv());
  }

  private static boolean works(ComposeProject engine, List<String> command) {
    try {
      engine.docker(new byte[0], command);
      return true;
    } catch (IOException | BenchFailed refused) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
