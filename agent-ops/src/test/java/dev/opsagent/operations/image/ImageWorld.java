package dev.opsagent.operations.image;

import static dev.opsagent.testing.GitProgram.git;

import dev.opsagent.operations.Pace;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.MarkedImages;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.RegistryServer;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.tools.docker.DockerBuilder;
import dev.opsagent.tools.docker.DockerRegistry;
import dev.opsagent.tools.git.GitRepository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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

  /** What the builds of this world leave on the engine. */
  final MarkedImages images;

  ImageBuilder builder = new DockerBuilder(System.getenv(), text -> text.replace("hush", "***"));
  Environment environment = Environment.undeclared("local");

  ImageWorld(Path root, RegistryServer registry) {
    this.root = root;
    this.remote = root.resolve("remote.git");
    this.developer = root.resolve("developer");
    String mark = "mark-%d-%d".formatted(ProcessHandle.current().pid(), NUMBERS.incrementAndGet());
    this.image = registry.host() + "/" + mark;
    this.images = new MarkedImages(root, mark);
    git(root, "init", "-q", "--bare", remote.toString());
    git(root, "clone", "-q", remote.toString(), developer.toString());
  }

  /** Commits the lines of a Dockerfile, with other files. */
  String commit(Map<String, String> files, String... lines) {
    Map<String, String> all = new HashMap<>(files);
    all.put("Dockerfile", dockerfile(lines));
    return GitProgram.commitAndPush(developer, "feat: " + NUMBERS.incrementAndGet(), all);
  }

  String dockerfile(String... lines) {
    return images.dockerfile(lines);
  }

  /** A step that runs a line of the shell. */
  static String run(String line) {
    return "RUN [\"/bin/busybox\", \"sh\", \"-c\", \"" + line + "\"]";
  }

  BuildOperation operation() {
    return new BuildOperation(
        new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
        _ -> builder,
        _ -> new DockerRegistry(System.getenv()),
        new TaskWorkspaces(root.resolve("data")),
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

  /** The files of an image below a folder. */
  List<String> files(String image, String folder) {
    return images
        .docker("run", "--rm", image, "/bin/busybox", "find", folder, "-type", "f")
        .stream()
        .sorted()
        .toList();
  }

  @Override
  public void close() {
    images.remove();
  }
}
