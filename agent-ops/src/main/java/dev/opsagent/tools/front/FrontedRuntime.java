package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.OneAtATime;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Adds the strategy blue-green to a runtime. A target then has three slots, each a target of its
 * own of that runtime: for the live release, the one before, and what is tried. A front answers for
 * whichever is live. A release is brought up in the free one, proved there, and only then do
 * callers reach it; the one before stays warm until it is {@link #retire retired}, so that going
 * back is one turn of the front. What was deployed by another strategy is the runtime's own, and
 * answered for by it.
 */
public final class FrontedRuntime implements ServiceRuntime {
  private final ServiceRuntime runtime;
  private final Front front;
  private final OneAtATime questions = new OneAtATime("see routes.json in the front's folder");

  /** The runtimes of one worker share one front. */
  public static final class Fronts {
    private final Front front;

    /**
     * @param data the worker's data folder
     * @param nanoTime monotonic time
     */
    public Fronts(Programs programs, Path data, LongSupplier nanoTime) {
      Path folder = data.toAbsolutePath().normalize().resolve("front");
      this.front = new Front(folder, programs, nanoTime);
    }

    /** The runtime, and blue-green with it. */
    public ServiceRuntime before(ServiceRuntime runtime) {
      return new FrontedRuntime(runtime, front);
    }
  }

  private FrontedRuntime(ServiceRuntime runtime, Front front) {
    this.runtime = runtime;
    this.front = front;
  }

  @Override
  public String kind() {
    return runtime.kind();
  }

  @Override
  public Set<Strategy> strategies() {
    return Set.of(Strategy.values());
  }

  @Override
  public Answer<Optional<Running>> running(String target) {
    return ask(target, "look up what runs for " + target, FrontedService::running);
  }

  @Override
  public Answer<Running> deploy(String target, Release release) {
    String action = "deploy " + release.version() + " to " + target;
    return ask(target, action, service -> service.deploy(release));
  }

  @Override
  public Answer<Running> replace(String target, Release release, Trial trial) {
    String action = "deploy " + release.version() + " to " + target;
    return ask(target, action, service -> service.replace(release, trial));
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    return change(target, "roll " + target + " back", service -> service.rollback(digest));
  }

  @Override
  public Answer<Boolean> keepsWarm(String target) {
    return ask(target, "look up what ran before on " + target, FrontedService::keepsWarm);
  }

  @Override
  public Answer<Boolean> retire(String target) {
    return change(target, "end what ran before on " + target, FrontedService::retire);
  }

  @Override
  public Answer<Boolean> stop(String target) {
    return change(target, "stop " + target, FrontedService::stop);
  }

  @Override
  public Answer<Running> restart(String target, String taskId) {
    return ask(target, "restart " + target, service -> service.restart(taskId));
  }

  @Override
  public String log(String target) {
    return switch (change(target, "read the log of " + target, FrontedService::log)) {
      case Answer.Ok<String>(String lines) -> lines;
      case Answer.No<String> _ -> "";
    };
  }

  private interface Question<T> {
    Answer<T> of(FrontedService service) throws IOException, InterruptedException;
  }

  /** For what needs the route in force. */
  private <T> Answer<T> ask(String target, String action, Question<T> question) {
    return questions.ask(
        target,
        action,
        () ->
            switch (front.find(key(target))) {
              case Answer.No<Optional<Route>> no -> new Answer.No<>(no.failure());
              case Answer.Ok<Optional<Route>>(Optional<Route> route) ->
                  question.of(service(target, route));
            });
  }

  /** For what ends something: a front that cannot be started must not stand in its way. */
  private <T> Answer<T> change(String target, String action, Question<T> question) {
    return questions.ask(
        target, action, () -> question.of(service(target, front.known(key(target)))));
  }

  private FrontedService service(String target, Optional<Route> route) {
    return new FrontedService(key(target), target, route, runtime, front);
  }

  /** What another runtime has for the target is nothing of this one's. */
  private String key(String target) {
    return runtime.kind() + ":" + target;
  }
}
