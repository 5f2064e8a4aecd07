package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The life of one target. All that is known of it are the names, labels and states of its
 * containers, so each change is one call to the engine, and each method picks up what a crash
 * between two of them left behind.
 *
 * <p>A release comes in under the name {@code .next}; the current one is stopped only when that
 * container is made. Once the new one has lived through its first moments it is confirmed, and from
 * then on only names are changed: the current becomes {@code .previous}, the next the current one.
 */
final class Service implements TargetLife {
  private final String target;
  private final Function<String, Names> names;
  private final Engine engine;
  private final Starter starter;
  private final Printable said;
  private final Containers containers;

  /**
   * @param names of the containers of a target
   */
  Service(
      String target,
      Function<String, Names> names,
      Engine engine,
      Starter starter,
      Printable said) {
    this.target = target;
    this.names = names;
    this.engine = engine;
    this.starter = starter;
    this.said = said;
    this.containers = new Containers(target, names.apply(target), engine, starter);
  }

  @Override
  public Answer<Optional<Running>> running() {
    return ours(containers.places()).map(places -> places.flatMap(Places::shown));
  }

  /** Nothing where somebody else has the name; every other doubt stays one. */
  private Answer<Optional<Places>> ours(Answer<Places> places) {
    return places instanceof Answer.No<Places>(Failure failure)
        ? containers
            .foreign()
            .then(foreign ->
                foreign.isPresent() ? new Answer.Ok<>(Optional.empty()) : new Answer.No<>(failure))
        : places.map(Optional::of);
  }

  @Override
  public Answer<Running> deploy(Release release) {
    return Recipe.of(target, release)
        .then(recipe -> containers.settled().then(places -> deploy(recipe, places)));
  }

  @Override
  public Answer<List<String>> foreign(Release release) {
    return containers
        .foreign()
        .map(found -> found.map(it -> "the container " + it.name()).stream().toList());
  }

  @Override
  public Answer<Running> adopt(Release release) {
    return Recipe.of(target, release)
        .then(recipe -> containers.takenOver())
        .then(taken -> deploy(release));
  }

  /** What was taken over comes back when nothing of ours is left to go back to. */
  @Override
  public Answer<Optional<Running>> rollback(String digest) {
    return ours(containers.promoted())
        .then(places ->
            places.isPresent()
                ? rollback(digest, places.get()).then(this::orGivenBack)
                : new Answer.Ok<>(Optional.empty()));
  }

  private Answer<Optional<Running>> orGivenBack(Optional<Running> now) {
    return now.isPresent()
        ? new Answer.Ok<>(now)
        : containers
            .places()
            .then(left -> left.isEmpty() ? undone(containers.givenBack()) : new Answer.Ok<>(false))
            .map(given -> Optional.empty());
  }

  @Override
  public Answer<Running> duplicate(String of, int port, String taskId) {
    return new Containers(of, names.apply(of), engine, starter)
        .places()
        .then(places ->
            places
                .current()
                .map(one -> one.recipe().on(port).by(taskId))
                .map(recipe -> containers.settled().then(now -> deploy(recipe, now)))
                .orElseGet(() -> nothingKept(of)));
  }

  @Override
  public Answer<Boolean> stop() {
    return containers.settled().then(this::stop);
  }

  @Override
  public Answer<Running> restart(String taskId) {
    return containers.settled().then(places -> restart(taskId, places));
  }

  @Override
  public Answer<List<Difference>> drift() {
    return containers
        .places()
        .map(places ->
            places
                .current()
                .map(it -> new Drift(it, engine.history(it.id())).found())
                .orElseGet(List::of));
  }

  @Override
  public Answer<Optional<Usage>> usage() {
    return containers
        .places()
        .then(places ->
            places
                .shown()
                .flatMap(_ -> places.current())
                .map(Container::id)
                .map(engine::usage)
                .orElseGet(() -> new Answer.Ok<>(Optional.empty())));
  }

  @Override
  public Answer<Optional<Allotment>> allotted() {
    return containers
        .places()
        .map(places -> places.shown().flatMap(_ -> places.current()).map(Container::allotment));
  }

  /** What the current release wrote; else what the one before did. */
  @Override
  public Answer<String> log() {
    return containers
        .places()
        .map(places ->
            places
                .confirmed()
                .or(places::current)
                .or(places::previous)
                .map(Container::id)
                .map(engine::log)
                .map(raw -> String.join("\n", said.lines(raw)))
                .orElse(""));
  }

  private Answer<Running> deploy(Recipe recipe, Places places) {
    Optional<Running> same = places.shown().filter(recipe::isOf);
    if (same.isPresent()) {
      return containers.removed(places.next()).map(cleared -> same.get());
    }
    boolean again = places.current().filter(it -> it.recipe().isSameAs(recipe)).isPresent();
    return arrival(recipe, again, places).bringIn();
  }

  private Answer<Running> restart(String taskId, Places places) {
    Optional<Running> done = places.shown().filter(running -> running.taskId().equals(taskId));
    if (done.isPresent()) {
      return new Answer.Ok<>(done.get());
    }
    if (places.isGoingBack()) {
      // A rollback was cut off before it started the release that it goes back to.
      return containers
          .renamed(places.previous().orElseThrow(), containers.names().current())
          .then(vacant -> containers.places())
          .then(now -> restart(taskId, now));
    }
    return places.current().isEmpty()
        ? nothingKept(target)
        : arrival(places.current().get().recipe().by(taskId), true, places).bringIn();
  }

  private Arrival arrival(Recipe recipe, boolean replaces, Places before) {
    return new Arrival(target, recipe, replaces, before, containers, engine, starter);
  }

  private Answer<Boolean> stop(Places places) {
    boolean ran = Containers.isAlive(places.next()) || Containers.isAlive(places.current());
    return containers
        .removed(places.next())
        .then(cleared -> containers.halted(places.current()))
        .map(halted -> ran);
  }

  private Answer<Optional<Running>> rollback(String digest, Places places) {
    Optional<Container> coming = places.next().filter(one -> one.hasDigest(digest));
    if (coming.isPresent() && !coming.get().replaces()) {
      return withdraw(coming.get(), places);
    }
    if (places.isGoingBack()) {
      return goBack(digest, places);
    }
    return isToGo(digest, places)
        ? containers
            .removed(places.next())
            .then(cleared -> containers.removed(places.current()))
            .then(removed -> goBack(digest, places))
        : new Answer.Ok<>(places.shown());
  }

  private boolean isToGo(String digest, Places places) {
    return places
        .current()
        .filter(one -> one.hasDigest(digest))
        .filter(one -> !one.name().equals(containers.names().restored()))
        .isPresent();
  }

  /** Takes a release back that was cut off on its way in, and had perhaps stopped the current. */
  private Answer<Optional<Running>> withdraw(Container coming, Places places) {
    String digest = coming.recipe().digest();
    Answer<Boolean> withdrawn =
        engine
            .stop(coming.id())
            // It may have been asked to end, and be about to; the engine does not start it then.
            .then(stopped -> containers.halted(places.current()))
            .then(halted -> containers.marked(places.current(), digest))
            .then(marked -> containers.backUp(places.current()))
            .then(started -> engine.remove(coming.id()));
    return undone(withdrawn)
        .then(removed -> containers.places())
        .then(now -> now.isGoingBack() ? goBack(digest, now) : new Answer.Ok<>(now.shown()));
  }

  /** Starts what is kept; what was to go is gone. */
  private Answer<Optional<Running>> goBack(String digest, Places places) {
    if (places.previous().isEmpty()) {
      return new Answer.Ok<>(Optional.empty());
    }
    Container back = places.previous().get();
    String name =
        back.hasDigest(digest) ? containers.names().restored() : containers.names().current();
    return undone(containers.backUp(Optional.of(back)).then(up -> containers.renamed(back, name)))
        .then(renamed -> running());
  }

  private Answer<Boolean> undone(Answer<Boolean> done) {
    return switch (done) {
      case Answer.No<Boolean> no when !no.failure().retryable() ->
          new Answer.No<>(
              Failure.of(
                  ReasonCode.UNDO_FAILED,
                  "go back to the release before on " + target,
                  no.failure().sentence(),
                  "start the release before by hand"));
      case Answer<Boolean> other -> other;
    };
  }

  private static Answer<Running> nothingKept(String target) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "restart " + target,
            "the engine keeps no container of it",
            "deploy a release first"));
  }
}
