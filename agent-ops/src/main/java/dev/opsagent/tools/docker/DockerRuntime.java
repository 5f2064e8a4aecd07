package dev.opsagent.tools.docker;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.OneAtATime;
import dev.opsagent.outside.ServiceRuntime;
import java.util.Map;
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
 * <p>A container of the target's name that this agent did not make is never touched: every question
 * is answered by {@code CONFLICT}.
 */
public final class DockerRuntime implements ServiceRuntime {
  private final Engine.Door door;
  private final ContainerLog log;
  private final Starter.Limits limits;
  private final Timers timers;
  private final OneAtATime questions = new OneAtATime("remove the target's containers by hand");

  /**
   * @param environment of this process: {@code DOCKER_HOST} and its companions lead to the engine;
   *     without them it is the one of this machine
   * @param mask hides secrets in what services wrote
   */
  public DockerRuntime(Map<String, String> environment, UnaryOperator<String> mask, Timers timers) {
    this(new DockerDoor(environment), mask, Starter.Limits.USUAL, timers);
  }

  DockerRuntime(
      Engine.Door door, UnaryOperator<String> mask, Starter.Limits limits, Timers timers) {
    this.door = door;
    this.log = new ContainerLog(mask);
    this.limits = limits;
    this.timers = timers;
  }

  @Override
  public String kind() {
    return "docker";
  }

  /** Whether an engine answers; the failure says what to do. */
  public Answer<Boolean> available() {
    return door.open()
        .map(engine -> {
          engine.close();
          return true;
        });
  }

  @Override
  public Answer<Optional<Running>> running(String target) {
    return ask(target, "look up what runs for " + target, Service::running);
  }

  @Override
  public Answer<Running> deploy(String target, Release release) {
    String action = "deploy " + release.version() + " to " + target;
    return ask(target, action, service -> service.deploy(release));
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    return ask(target, "roll " + target + " back", service -> service.rollback(digest));
  }

  @Override
  public Answer<Boolean> stop(String target) {
    return ask(target, "stop " + target, Service::stop);
  }

  @Override
  public Answer<Running> restart(String target, String taskId) {
    return ask(target, "restart " + target, service -> service.restart(taskId));
  }

  @Override
  public String log(String target) {
    return switch (ask(target, "read the log of " + target, Service::log)) {
      case Answer.Ok<String> ok -> String.join("\n", log.lines(ok.value()));
      case Answer.No<String> _ -> "";
    };
  }

  private <T> Answer<T> ask(String target, String action, Function<Service, Answer<T>> question) {
    return questions.ask(target, action, () -> opened(target, question));
  }

  private <T> Answer<T> opened(String target, Function<Service, Answer<T>> question) {
    return switch (door.open()) {
      case Answer.No<Engine> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Engine> ok -> {
        try (Engine engine = ok.value()) {
          Starter starter = new Starter(target, engine, log, limits, timers);
          yield question.apply(new Service(target, engine, starter));
        }
      }
    };
  }
}
