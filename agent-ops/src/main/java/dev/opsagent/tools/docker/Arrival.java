package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Optional;

/**
 * A release on its way in.
 *
 * @param recipe what comes
 * @param replaces whether the current container then goes, instead of being kept
 * @param before what was there when it began
 */
record Arrival(
    String target,
    Recipe recipe,
    boolean replaces,
    Places before,
    Containers containers,
    Engine engine,
    Starter starter) {
  /** Makes its container and lets it take over. */
  Answer<Running> bringIn() {
    return new ImageStore(engine)
        .fetched(recipe.image(), recipe.timeout())
        .then(image ->
            containers
                .removed(before.next())
                .then(vacant ->
                    engine.create(
                        containers.names().next(), labels(), image.containerPort(recipe.port()))))
        .then(this::takeOver);
  }

  private Labels labels() {
    Optional<Container> kept = replaces ? before.previous() : before.current();
    String name =
        before
            .current()
            .map(Container::name)
            .filter(it -> replaces)
            .orElse(containers.names().current());
    return new Labels(target, recipe, kept.map(one -> one.recipe().version()), name, replaces);
  }

  private Answer<Running> takeOver(String id) {
    Answer<Boolean> up =
        containers
            .halted(before.current())
            .then(halted -> starter.bringUp(id, recipe))
            .then(lives -> engine.confirm(id));
    return switch (up) {
      case Answer.Ok<Boolean> _ -> containers.settled().then(this::shown);
      // Nobody waits for an answer: what is left half done is put in order by the next call.
      case Answer.No<Boolean> no when no.failure().code() == ReasonCode.CANCELLED ->
          new Answer.No<>(no.failure());
      case Answer.No<Boolean> no -> new Answer.No<>(givenUp(no.failure(), id));
    };
  }

  private Answer<Running> shown(Places places) {
    return places
        .shown()
        .filter(recipe::isOf)
        .<Answer<Running>>map(Answer.Ok::new)
        .orElseGet(() ->
            new Answer.No<>(
                Failure.of(
                    ReasonCode.UNHEALTHY,
                    "start " + recipe.version() + " of " + target,
                    "it ended soon after its start",
                    "read the service's log")));
  }

  /** Starts what was current again, if it ran before, and removes the container that failed. */
  private Failure givenUp(Failure failure, String id) {
    // A container that was left on its way in had stopped the current one.
    boolean ran = before.next().isPresent() || Containers.isAlive(before.current());
    Answer<Boolean> withdrawn =
        engine
            .stop(id)
            .then(stopped ->
                containers.marked(before.current().filter(it -> !replaces), recipe.digest()))
            .then(marked -> containers.backUp(before.current().filter(it -> ran)))
            .then(started -> engine.remove(id));
    return switch (withdrawn) {
      case Answer.Ok<Boolean> _ -> failure;
      case Answer.No<Boolean> no ->
          new Failure(
              failure.code(),
              failure.action(),
              failure.cause()
                  + "; then what ran before could not be put back: "
                  + no.failure().cause(),
              failure.fix(),
              failure.retryable());
    };
  }
}
