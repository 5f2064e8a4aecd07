package dev.opsagent.tools.docker;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Starts containers of one target and watches their first moments. Made for one question. */
final class Starter {
  private final String target;
  private final Engine engine;
  private final Printable log;
  private final Limits limits;
  private final Timers timers;
  private final long begun;

  /**
   * @param firstMoments how long a container must live before its start counts
   * @param glance time between two looks at it
   * @param margin time that is left to the caller, who cuts a deployment off that takes all of it
   */
  record Limits(Duration firstMoments, Duration glance, Duration margin) {
    static final Limits USUAL =
        new Limits(Duration.ofMillis(500), Duration.ofMillis(100), Duration.ofSeconds(3));
  }

  Starter(String target, Engine engine, Printable log, Limits limits, Timers timers) {
    this.target = target;
    this.engine = engine;
    this.log = log;
    this.limits = limits;
    this.timers = timers;
    this.begun = timers.nanoTime();
  }

  /**
   * Starts a container unless it runs. A container that ends in its first moments is a failure, and
   * so is one whose image has a health check that does not come out well in time.
   */
  Answer<Boolean> bringUp(String id, Recipe recipe) {
    return switch (engine.start(id)) {
      case Answer.No<Boolean> no -> retold(no.failure(), recipe);
      case Answer.Ok<Boolean> _ -> watch(id, recipe);
    };
  }

  private Answer<Boolean> watch(String id, Recipe recipe) {
    long proven = timers.nanoTime() + limits.firstMoments().toNanos();
    Optional<Answer<Boolean>> verdict = Optional.empty();
    while (verdict.isEmpty()) {
      if (!pause()) {
        return cancelled(recipe);
      }
      verdict =
          switch (engine.inspect(id)) {
            case Answer.No<Container> no -> Optional.of(new Answer.No<>(no.failure()));
            case Answer.Ok<Container> ok -> verdict(ok.value(), recipe, proven);
          };
    }
    return verdict.get();
  }

  private Optional<Answer<Boolean>> verdict(Container container, Recipe recipe, long proven) {
    if (!container.state().isUp() || container.state().isRestarting()) {
      return Optional.of(ended(container, recipe));
    }
    if (container.isUnhealthy()) {
      return Optional.of(
          no(
              ReasonCode.UNHEALTHY,
              recipe,
              "the health check of its image failed" + said(container),
              "read the service's log"));
    }
    boolean lives = timers.nanoTime() - proven >= 0;
    if (lives && !container.isStarting()) {
      return Optional.of(new Answer.Ok<>(true));
    }
    return lives && isLate(recipe)
        ? Optional.of(
            no(
                ReasonCode.TIMEOUT,
                recipe,
                "it was not healthy within %d s%s"
                    .formatted(recipe.timeout().toSeconds(), said(container)),
                "give it more time, or read the service's log"))
        : Optional.empty();
  }

  private boolean isLate(Recipe recipe) {
    long left = begun + recipe.timeout().minus(limits.margin()).toNanos() - timers.nanoTime();
    return left <= 0;
  }

  private Answer<Boolean> ended(Container container, Recipe recipe) {
    if (container.state().isOutOfMemory()) {
      String limit = recipe.memory().map(bytes -> " of " + bytes + " bytes").orElse("");
      return no(
          ReasonCode.UNHEALTHY,
          recipe,
          "it was killed because it used more than its memory" + limit + said(container),
          "give it more memory");
    }
    return no(
        ReasonCode.UNHEALTHY,
        recipe,
        "it ended at once with exit code " + container.state().exitCode() + said(container),
        "read the service's log");
  }

  private String said(Container container) {
    return log.end(engine.log(container.id()))
        .map(lines -> "; its log ends: " + lines)
        .orElse(", and wrote nothing");
  }

  private boolean pause() {
    CountDownLatch over = new CountDownLatch(1);
    timers.schedule(limits.glance(), over::countDown);
    try {
      over.await();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Answer<Boolean> cancelled(Recipe recipe) {
    return new Answer.No<>(
        Failure.passing(ReasonCode.CANCELLED, action(recipe), "it was interrupted", ""));
  }

  private Answer<Boolean> retold(Failure failure, Recipe recipe) {
    return new Answer.No<>(
        new Failure(
            failure.code(), action(recipe), failure.cause(), failure.fix(), failure.retryable()));
  }

  private Answer<Boolean> no(ReasonCode code, Recipe recipe, String cause, String fix) {
    return new Answer.No<>(Failure.of(code, action(recipe), cause, fix));
  }

  private String action(Recipe recipe) {
    return "start " + recipe.version() + " of " + target;
  }
}
