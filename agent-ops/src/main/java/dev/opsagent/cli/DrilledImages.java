package dev.opsagent.cli;

import static dev.opsagent.cli.RollbackDrill.made;

import dev.opsagent.cli.drill.Defect;
import dev.opsagent.cli.drill.SampleContainer;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.outside.ImageBuilder.Recipe;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.docker.DockerBuilder;
import dev.opsagent.tools.docker.TargetContainers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/** Images of the engine, built of one static program, since nothing is pulled. */
final class DrilledImages implements DrilledReleases {
  private static final Duration BUILD = Duration.ofMinutes(2);
  private static final String NAME = "ops-agent-drill/" + RollbackDrill.SERVICE;

  /** All that is made of an image has its labels. */
  private static final Map<String, String> MARK =
      Map.of("dev.opsagent.drill", RollbackDrill.SERVICE);

  private final LocalStage stage;
  private final Path busybox;
  private final ImageBuilder builder;
  private final TargetContainers containers;
  private final Deque<String> layers = new ConcurrentLinkedDeque<>();

  /**
   * @throws CommandFailed when this machine has no such program
   */
  DrilledImages(Surroundings around, LocalStage stage) {
    this.stage = stage;
    this.busybox =
        new InstalledPrograms(around.environment())
            .find("busybox")
            .orElseThrow(() -> needs("busybox is not installed"));
    this.builder = new DockerBuilder(around.environment(), UnaryOperator.identity());
    this.containers = new TargetContainers(around.environment());
  }

  private static CommandFailed needs(String cause) {
    return new CommandFailed(
        ExitCode.FAILED,
        Failure.of(
            ReasonCode.TOOL_MISSING,
            "make an image that serves",
            cause,
            "start the Docker engine, and install busybox as one static program (Debian:"
                + " busybox-static)"));
  }

  @Override
  public RuntimeKind runtime() {
    return RuntimeKind.DOCKER;
  }

  @Override
  public Configuration make(Map<String, Optional<Defect>> versions, String bootstrap)
      throws IOException {
    removeLater();
    for (Map.Entry<String, Optional<Defect>> version : versions.entrySet()) {
      build(new SampleContainer(version.getKey(), version.getValue()));
    }
    return stage.configuration(bootstrap, Optional.empty());
  }

  void removeLater() {
    stage.endLater(this::remove);
  }

  /** Builds it, and names it by its version. */
  String build(SampleContainer sample) throws IOException {
    Path folder = Files.createDirectories(stage.folder().resolve("contexts"));
    Recipe recipe =
        new Recipe(
            sample.pack(folder, busybox),
            SampleContainer.DOCKERFILE,
            Map.of(),
            Optional.empty(),
            MARK,
            BUILD);
    String name = reference(sample.version());
    Answer<Boolean> built =
        builder.build(recipe, new Layers(layers)).then(image -> builder.tag(image.id(), name));
    return switch (built) {
      case Answer.Ok<Boolean> _ -> name;
      case Answer.No<Boolean>(Failure failure) -> throw needs(failure.cause());
    };
  }

  private static String reference(String version) {
    return NAME + ":" + version;
  }

  @Override
  public void name(String version, ObjectNode parameters) {
    parameters.put("image", reference(version));
  }

  @Override
  public int running() {
    return made(containers.running(RollbackDrill.TARGET));
  }

  /** All of them, with the containers that run them. */
  private Answer<Boolean> remove() {
    return containers
        .remove(RollbackDrill.TARGET)
        .then(_ -> builder.find(MARK))
        .then(images -> {
          Answer<Boolean> removed = new Answer.Ok<>(true);
          for (Made image : images) {
            removed = removed.then(_ -> remove(image));
          }
          for (String layer : layers) { // the last first: what is made of another goes before it
            removed = removed.then(_ -> builder.remove(layer).map(_ -> true));
          }
          return removed;
        });
  }

  private Answer<Boolean> remove(Made image) {
    Answer<Boolean> removed = new Answer.Ok<>(true);
    for (String name : image.tags()) {
      removed = removed.then(_ -> builder.remove(name).map(_ -> true));
    }
    return removed.then(_ -> builder.remove(image.id()).map(_ -> true));
  }

  /** Remembers what builds leave behind; the drill tells of its releases, not of their builds. */
  private record Layers(Deque<String> made) implements ImageBuilder.Listener {
    @Override
    public void line(String text) {
      // told when it fails
    }

    @Override
    public void made(String id) {
      made.addFirst(id);
    }
  }
}
