package dev.opsagent.tools.docker;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.PerTargetRuntime;
import dev.opsagent.outside.Printable;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Runs services as containers of a Docker engine, one per target, named after it. No file is kept:
 * what runs, how it was made and what can be gone back to is read from the containers' names and
 * labels, by whichever worker asks.
 *
 * <ul>
 *   <li>Only pinned images are run. An image that the engine lacks is pulled by its digest.
 *   <li>The release's port is published on the loopback address. The service listens on the one
 *       port that the image exposes, else on the same number; {@code PORT} tells it which.
 *   <li>The engine starts a service again that ends, also after its own restart, unless somebody
 *       stopped it.
 *   <li>A release runs when its container does and the image's health check has not failed.
 *   <li>Exactly one stopped container is kept per target, to be gone back to. No volume is ever
 *       removed, but a new release and a restart begin with a new container: what a service must
 *       not lose belongs into a database or a Compose project's volume.
 * </ul>
 *
 * <p>A container of the target's name that this agent did not make is touched by {@link #adopt}
 * alone, which puts it aside; every other change is answered by {@code CONFLICT}.
 */
public final class DockerRuntime extends PerTargetRuntime<Service> {
  private final Function<String, Engine.Door> doors;
  private final Function<String, Optional<String>> projects;
  private final Printable said;
  private final Starter.Limits limits;
  private final Timers timers;

  /**
   * @param engines by target; where nothing leads to one, it is the one of this machine
   * @param mask hides secrets in what services wrote
   */
  public DockerRuntime(ContainerEngines engines, UnaryOperator<String> mask, Timers timers) {
    this(
        target -> new DockerDoor(engines.settings(target)),
        engines::project,
        mask,
        Starter.Limits.USUAL,
        timers);
  }

  DockerRuntime(
      Engine.Door door, UnaryOperator<String> mask, Starter.Limits limits, Timers timers) {
    this(_ -> door, _ -> Optional.empty(), mask, limits, timers);
  }

  private DockerRuntime(
      Function<String, Engine.Door> doors,
      Function<String, Optional<String>> projects,
      UnaryOperator<String> mask,
      Starter.Limits limits,
      Timers timers) {
    super("remove the target's containers by hand");
    this.doors = doors;
    this.projects = projects;
    this.said = Printable.log(mask);
    this.limits = limits;
    this.timers = timers;
  }

  @Override
  public String kind() {
    return "docker";
  }

  /** Whether the worker's own engine answers; the failure says what to do. */
  public Answer<Boolean> available() {
    return doors
        .apply("")
        .open()
        .map(engine -> {
          engine.close();
          return true;
        });
  }

  @Override
  public boolean replicates() {
    return true;
  }

  @Override
  protected <T> Answer<T> on(String target, Question<Service, T> question)
      throws IOException, InterruptedException {
    return switch (doors.apply(target).open()) {
      case Answer.No<Engine> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Engine> ok -> {
        try (Engine engine = ok.value()) {
          Starter starter = new Starter(target, engine, said, limits, timers);
          Function<String, Names> names = other -> Names.of(projects.apply(other), other);
          yield question.of(new Service(target, names, engine, starter, said));
        }
      }
    };
  }
}
