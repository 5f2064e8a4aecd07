package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import java.util.Optional;
import java.util.Set;

/** The containers of one target, and the single steps that they are moved by. */
final class Containers {
  private final String target;
  private final Names names;
  private final Engine engine;
  private final Starter starter;

  Containers(String target, Names names, Engine engine, Starter starter) {
    this.target = target;
    this.names = names;
    this.engine = engine;
    this.starter = starter;
  }

  Names names() {
    return names;
  }

  Answer<Places> places() {
    return engine.find(target, names.all()).then(found -> Places.of(target, names, found));
  }

  /** What bears the target's name, and this agent did not make. */
  Answer<Optional<Container>> foreign() {
    return engine
        .find(target, Set.of(names.current()))
        .map(found ->
            found.stream()
                .filter(it -> it.name().equals(names.current()) && it.labels().isEmpty())
                .findFirst());
  }

  /** Puts what somebody made by hand aside, and stops it. */
  Answer<Boolean> takenOver() {
    return foreign()
        .then(found ->
            found
                .map(it -> renamed(it, names.byHand(it.isAlive())))
                .orElseGet(() -> new Answer.Ok<>(false)))
        .then(renamed -> aside())
        .then(this::halted);
  }

  private Answer<Optional<Container>> aside() {
    Set<String> aside = Set.of(names.byHand(true), names.byHand(false));
    return engine
        .find(target, aside)
        .map(found -> found.stream().filter(it -> aside.contains(it.name())).findFirst());
  }

  /** Nothing of ours is left: what was put aside has its place again, and runs if it did. */
  Answer<Boolean> givenBack() {
    return aside()
        .then(found -> found.map(this::givenBack).orElseGet(() -> new Answer.Ok<>(false)));
  }

  /** It has its name last: what has the name is done with. */
  private Answer<Boolean> givenBack(Container one) {
    Answer<Boolean> started =
        one.name().equals(names.byHand(true)) ? engine.start(one.id()) : new Answer.Ok<>(true);
    return started.then(done -> renamed(one, names.current()));
  }

  /** What a crash left half done, and needs no release to be started, is done. */
  Answer<Places> settled() {
    return promoted()
        .then(places ->
            places.isGoingBack() && isAlive(places.previous())
                ? renamed(places.previous().orElseThrow(), names.current()).then(done -> places())
                : new Answer.Ok<>(places));
  }

  /** A release that proved that it runs takes its place. */
  Answer<Places> promoted() {
    return places()
        .then(places ->
            places.confirmed().isPresent()
                ? promote(places.confirmed().get(), places).then(done -> places())
                : new Answer.Ok<>(places));
  }

  private Answer<Boolean> promote(Container coming, Places places) {
    Answer<Boolean> vacant =
        coming.replaces() ? removed(places.current()) : putAside(places.current(), places);
    return vacant.then(done -> renamed(coming, place(coming)));
  }

  /** Nothing is removed once the place is vacant: then what is kept is what has just left it. */
  private Answer<Boolean> putAside(Optional<Container> current, Places places) {
    return current.isEmpty()
        ? new Answer.Ok<>(true)
        : removed(places.previous()).then(done -> renamed(current.get(), names.previous()));
  }

  private String place(Container coming) {
    return coming
        .labels()
        .map(Labels::name)
        .filter(names.restored()::equals)
        .orElse(names.current());
  }

  /** Starts it, unless it is absent or runs, and watches its first moments. */
  Answer<Boolean> backUp(Optional<Container> container) {
    return container
        .map(one -> starter.bringUp(one.id(), one.recipe()))
        .orElse(new Answer.Ok<>(true));
  }

  /** Remembers that a release with the same bytes as the current one was taken back. */
  Answer<Boolean> marked(Optional<Container> current, String digest) {
    return current
        .filter(one -> one.hasDigest(digest))
        .map(one -> renamed(one, names.restored()))
        .orElse(new Answer.Ok<>(true));
  }

  Answer<Boolean> renamed(Container container, String name) {
    return container.name().equals(name)
        ? new Answer.Ok<>(true)
        : engine.rename(container.id(), name);
  }

  /** Ends it, with the time that it needs for that. */
  Answer<Boolean> halted(Optional<Container> container) {
    return container.map(one -> engine.stop(one.id())).orElse(new Answer.Ok<>(true));
  }

  /** Ends it likewise, and removes it. */
  Answer<Boolean> removed(Optional<Container> container) {
    return container
        .map(one -> halted(container).then(halted -> engine.remove(one.id())))
        .orElse(new Answer.Ok<>(true));
  }

  static boolean isAlive(Optional<Container> container) {
    return container.filter(Container::isAlive).isPresent();
  }
}
