package dev.opsagent.testing;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The images and containers on the real engine that come from Dockerfiles with a mark of their own,
 * seen by the engine's own client.
 *
 * @param mark the value of the variable that the Dockerfiles set first
 */
public record MarkedImages(Path folder, String mark) {
  /** Requires an engine, and makes the image that all others are made from. */
  public static void require(Path folder) throws IOException {
    Peers.require(
        "Docker",
        () -> run(folder, List.of("docker", "info")).exitCode() == 0,
        "run .ci/install-packages, .ci/start-docker");
    BusyboxImage.make(TestingPrograms.ofTheMachine(), folder, Map.of());
  }

  /** Removes the image that all others are made from. */
  public static void forget(Path folder) {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), folder, Map.of());
  }

  private static Finished run(Path folder, List<String> command) {
    Answer<Finished> answer =
        TestingPrograms.ofTheMachine()
            .run(new Command(command, folder, Map.of(), Duration.ofSeconds(60)));
    return switch (answer) {
      case Answer.Ok<Finished>(Finished finished) -> finished;
      case Answer.No<Finished> no -> throw new AssertionError(no.failure().sentence());
    };
  }

  /** A Dockerfile that bears the mark. */
  public String dockerfile(String... lines) {
    return "FROM %s\nENV MARK=%s\n%s\n"
        .formatted(BusyboxImage.NAME, mark, String.join("\n", lines));
  }

  /** What the client prints, whatever it exits with. */
  public List<String> docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return run(folder, command).stdout().lines().toList();
  }

  /** The id that a name stands for; empty when it stands for none. */
  public String id(String reference) {
    return docker("image", "inspect", "--format", "{{.Id}}", reference).stream()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse("");
  }

  /** The ids of all that the engine has: images, layers that no image names, containers. */
  public List<String> all() {
    List<String> found = new ArrayList<>(marked("image", "image", "ls", "--all"));
    found.addAll(containers());
    return found;
  }

  /** The containers alone, whether they run or not. */
  public List<String> containers() {
    return marked("container", "ps", "--all");
  }

  /** The images that nobody named and nothing is made of. */
  public List<String> dangling() {
    return marked("image", "image", "ls", "--filter", "dangling=true");
  }

  private List<String> marked(String kind, String... list) {
    List<String> lists = new ArrayList<>(List.of(list));
    lists.addAll(List.of("--quiet", "--no-trunc"));
    List<String> inspect =
        new ArrayList<>(List.of(kind, "inspect", "--format", "{{.Id}} {{json .Config.Env}}"));
    inspect.addAll(docker(lists.toArray(String[]::new)));
    return docker(inspect.toArray(String[]::new)).stream()
        .filter(line -> line.contains("MARK=" + mark + "\""))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .toList();
  }

  /** Removes them; images whose layers are in use by others go with those. */
  public void remove() {
    containers().forEach(id -> docker("rm", "--force", id));
    all().forEach(id -> docker("image", "rm", "--force", id));
  }
}
