package dev.opsagent.operations.image;

import static dev.opsagent.testing.GitProgram.git;

import dev.opsagent.operations.Pace;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.RegistryServer;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.testing.TestingPrograms;
import dev.opsagent.tools.docker.DockerBuilder;
import dev.opsagent.tools.docker.DockerRegistry;
import dev.opsagent.tools.git.GitRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/** A repository with a Dockerfile, a real engine and a real registry. */
final class ImageWorld implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  final Path root;
  final Path remote;
  final Path developer;
  final String image;

  /** Stands in every Dockerfile, so that what its builds leave behind can be told. */
  final String mark =
      "mark-%d-%d".formatted(ProcessHandle.current().pid(), NUMBERS.incrementAndGet());

  final Workspace workspaces;
  ImageBuilder builder = new DockerBuilder(System.getenv(), text -> text.replace("hush", "***"));
  Environment environment = Environment.undeclared("local");

  ImageWorld(Path root, RegistryServer registry) {
    this.root = root;
    this.remote = root.resolve("remote.git");
    this.developer = root.resolve("developer");
    this.image = registry.host() + "/" + mark;
    this.workspaces = new Workspace(root.resolve("data"));
    git(root, "init", "-q", "--bare", remote.toString());
    git(root, "clone", "-q", remote.toString(), developer.toString());
  }

  /** Requires an engine, and makes the image that all others are made from. */
  static void require(Path folder) throws IOException {
    Peers.require(
        "Docker",
        () ->
            TestingPrograms.ofTheMachine().run(command(folder, "docker", "info"))
                    instanceof Answer.Ok<Finished>(Finished finished)
                && finished.exitCode() == 0,
        "run .ci/install-packages, .ci/start-docker");
    BusyboxImage.make(TestingPrograms.ofTheMachine(), folder, Map.of());
  }

  static void remove(Path folder) {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), folder, Map.of());
  }

  private static Command command(Path folder, String... arguments) {
    return new Command(List.of(arguments), folder, Map.of(), Duration.ofSeconds(60));
  }

  /** The folders of tasks. */
  record Workspace(Path data) {
    Path made(String taskId) {
      return new TaskWorkspaces(data).of(taskId).resolve("made-images");
    }
  }

  /** Commits the lines of a Dockerfile, with other files. */
  String commit(Map<String, String> files, String... lines) {
    Map<String, String> all = new HashMap<>(files);
    all.put("Dockerfile", dockerfile(lines));
    return GitProgram.commitAndPush(developer, "feat: " + NUMBERS.incrementAndGet(), all);
  }

  String dockerfile(String... lines) {
    return "FROM %s\nENV MARK=%s\n%s\n"
        .formatted(BusyboxImage.NAME, mark, String.join("\n", lines));
  }

  /** A step that runs a line of the shell. */
  static String run(String line) {
    return "RUN [\"/bin/busybox\", \"sh\", \"-c\", \"" + line + "\"]";
  }

  BuildOperation operation() {
    return new BuildOperation(
        new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
        builder,
        new DockerRegistry(System.getenv()),
        new TaskWorkspaces(workspaces.data()),
        () -> new Environments(List.of(environment)),
        Pace.of(new RealTimers()));
  }

  SequentialRun task(String taskId, String tag, UnaryOperator<ObjectNode> change) {
    return new SequentialRun(operation(), dispatch(taskId, tag, change));
  }

  SequentialRun pushed(String taskId, String tag) {
    return task(taskId, tag, parameters -> parameters.put("push", true));
  }

  SequentialRun built(String taskId, String tag) {
    return task(taskId, tag, parameters -> parameters);
  }

  TaskDispatch dispatch(String taskId, String tag, UnaryOperator<ObjectNode> change) {
    String parameters = "{\"image\": \"%s\", \"tag\": \"%s\"}".formatted(image, tag);
    return new TaskDispatch(
        taskId,
        "image.build",
        new Target("local", "shop"),
        Optional.of(new RepositoryRef(remote.toString(), Optional.of("main"), Optional.empty())),
        change.apply((ObjectNode) Json.readTree(parameters.getBytes(StandardCharsets.UTF_8))),
        Requirements.NONE,
        List.of(),
        "pm",
        false,
        Optional.empty());
  }

  /** What the engine's own client prints, whatever it exits with. */
  List<String> docker(String... arguments) {
    List<String> all = new ArrayList<>(List.of("docker"));
    all.addAll(List.of(arguments));
    return switch (TestingPrograms.ofTheMachine().run(command(root, all.toArray(String[]::new)))) {
      case Answer.Ok<Finished>(Finished finished) -> finished.stdout().lines().toList();
      case Answer.No<Finished> no -> throw new AssertionError(no.failure().sentence());
    };
  }

  /** The id that a name stands for on the engine; empty when it stands for none. */
  String id(String reference) {
    return docker("image", "inspect", "--format", "{{.Id}}", reference).stream()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse("");
  }

  /** The files of an image below a folder. */
  List<String> files(String image, String folder) {
    return docker("run", "--rm", image, "/bin/busybox", "find", folder, "-type", "f").stream()
        .sorted()
        .toList();
  }

  /** All that the engine has of this world's builds: images, layers, containers. */
  List<String> leftovers() {
    List<String> inspect = new ArrayList<>(List.of("image", "inspect", "--format"));
    inspect.add("{{.Id}} {{json .Config.Env}}");
    inspect.addAll(docker("image", "ls", "--all", "--quiet", "--no-trunc"));
    List<String> containers = new ArrayList<>(List.of("container", "inspect", "--format"));
    containers.add("{{.Id}} {{json .Config.Env}}");
    containers.addAll(docker("ps", "--all", "--quiet", "--no-trunc"));
    List<String> found = new ArrayList<>(docker(inspect.toArray(String[]::new)));
    found.addAll(docker(containers.toArray(String[]::new)));
    return found.stream().filter(line -> line.contains(mark + "\"")).toList();
  }

  @Override
  public void close() {
    // Those on top first: layers below them go with them.
    leftovers()
        .forEach(line -> docker("image", "rm", "--force", line.substring(0, line.indexOf(' '))));
  }
}
