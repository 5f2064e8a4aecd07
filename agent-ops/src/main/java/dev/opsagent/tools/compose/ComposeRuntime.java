package dev.opsagent.tools.compose;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.ContainerMeter;
import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.PerTargetRuntime;
import dev.opsagent.outside.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs services as Docker Compose projects, one per target. What runs is read from the labels of
 * the engine's containers, whoever started them and whatever became of that worker.
 *
 * <p>A release runs when each of its services has a container that runs, or has ended well. Images
 * are pinned when a release is deployed, so that going back to it brings the same images up; none
 * is ever pulled.
 */
public final class ComposeRuntime extends PerTargetRuntime<Deployment> {
  private final Programs programs;
  private final Path projects;
  private final ContainerEngines engines;
  private final ContainerMeter meter;
  private final Timers timers;

  /**
   * @param data the worker's data folder
   * @param engines by target; only what leads to one is passed on
   * @param meter reads the containers of the same engines
   */
  public ComposeRuntime(
      Programs programs, Path data, ContainerEngines engines, ContainerMeter meter, Timers timers) {
    super("take the project down and remove the file");
    this.programs = programs;
    this.projects = data.toAbsolutePath().normalize().resolve("compose");
    this.engines = engines;
    this.meter = meter;
    this.timers = timers;
  }

  @Override
  public String kind() {
    return "compose";
  }

  @Override
  public boolean isComposed() {
    return true;
  }

  /** Asked of the engine: what its client tells of a container is no more than a share of time. */
  @Override
  public Answer<List<Reading>> readings(String target) {
    return meter.read(target, Containers.TARGET, Containers.SERVICE);
  }

  /** Whether an engine answers and Compose is installed; the failure says what to install. */
  public Answer<Boolean> available() {
    return ask("", "reach Docker", _ -> new Answer.Ok<>(true));
  }

  private Answer<Compose> find(String target) throws IOException {
    Map<String, String> all = new HashMap<>(engineSettings(engines.settings(target)));
    // Its own folder, since the one beside the operator's settings is not to be written to.
    Path builds = Files.createDirectories(projects.resolve("buildx"));
    all.put("BUILDX_CONFIG", builds.toString());
    Path questions = Files.createDirectories(projects.resolve("questions"));
    return Compose.find(programs, questions, all);
  }

  @Override
  protected <T> Answer<T> on(String target, Question<Deployment, T> question)
      throws IOException, InterruptedException {
    return switch (find(target)) {
      case Answer.No<Compose> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Compose> ok ->
          question.of(
              new Deployment(
                  target,
                  engines.project(target),
                  new ComposeFolder(projects, target),
                  ok.value(),
                  timers));
    };
  }

  /**
   * The private home of a program hides the plugins and contexts of the one who runs the worker.
   */
  private static Map<String, String> engineSettings(Map<String, String> environment) {
    Map<String, String> settings = new HashMap<>();
    Optional.ofNullable(environment.get("HOME"))
        .ifPresent(home -> settings.put("DOCKER_CONFIG", home + "/.docker"));
    environment.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("DOCKER_"))
        .forEach(entry -> settings.put(entry.getKey(), entry.getValue()));
    return settings;
  }
}
