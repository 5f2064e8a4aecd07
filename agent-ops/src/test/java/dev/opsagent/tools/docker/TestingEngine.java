package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Docker engine of the tests, asked by its own client, and small images on it. */
final class TestingEngine {
  static final String FIX = "run .ci/install-packages, .ci/start-docker";

  /** Serves its version on the port that it is told. */
  static final List<String> SERVES =
      List.of(
          "/bin/busybox",
          "sh",
          "-c",
          "/bin/busybox mkdir -p /www && echo version $VERSION > /www/index.html"
              + " && exec /bin/busybox httpd -f -p $PORT -h /www");

  private final Path folder;
  private final List<String> built = new ArrayList<>();

  TestingEngine(Path folder) {
    this.folder = folder;
  }

  /** Requires an engine that answers, and makes the image that all others are made from. */
  void require() throws IOException {
    Peers.require("Docker", () -> door().open() instanceof Answer.Ok<?>, FIX);
    BusyboxImage.make(TestingPrograms.ofTheMachine(), folder, environment());
  }

  static DockerDoor door() {
    return new DockerDoor(System.getenv());
  }

  /** An environment with an engine of its own. */
  static Environment declared(String name, URI engine, String project) {
    Environment plain = Environment.undeclared(name);
    return new Environment(
        plain.name(),
        plain.kind(),
        plain.runtimes(),
        Optional.of(engine),
        Optional.of(project),
        plain.kubernetes(),
        plain.prometheus(),
        plain.strategies(),
        plain.promotesFrom(),
        plain.verification(),
        plain.limits(),
        plain.prices(),
        plain.recovery(),
        plain.freezes(),
        plain.isProtected(),
        plain.sandbox());
  }

  /** Makes an image of the given lines and returns its id. */
  String build(String... lines) throws IOException {
    Path context = Files.createTempDirectory(folder, "image");
    Files.writeString(
        context.resolve("Dockerfile"),
        "FROM " + BusyboxImage.NAME + "\nSTOPSIGNAL SIGKILL\n" + String.join("\n", lines) + "\n");
    String id = docker("build", "--quiet", context.toString()).getLast();
    built.add(id);
    return id;
  }

  /** Removes the images that were made, if there is an engine at all. */
  void removeImages() {
    built.reversed().stream().distinct().forEach(id -> docker("image", "rm", "--force", id));
    built.clear();
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), folder, environment());
  }

  /** The lines that the client prints. */
  List<String> docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return BusyboxImage.run(
            TestingPrograms.ofTheMachine(), folder, environment(), command.toArray(String[]::new))
        .lines()
        .toList();
  }

  String inspect(String id, String template) {
    return docker("inspect", "--format", template, id).getFirst();
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> !name.startsWith("DOCKER_"));
    environment.put("DOCKER_BUILDKIT", "0");
    return environment;
  }
}
