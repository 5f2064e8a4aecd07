package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.Optional;

/**
 * The containers of one target in their places.
 *
 * @param current the release that was deployed last, or that a rollback brought back
 * @param next a release on its way in
 * @param previous the release before, kept to be gone back to
 */
record Places(Optional<Container> current, Optional<Container> next, Optional<Container> previous) {
  /** A container that is not ours, or not where it should be, makes everything else a guess. */
  static Answer<Places> of(String target, Names names, List<Container> found) {
    for (Container one : found) {
      if (!one.isOf(target)) {
        return foreign(target, one);
      }
      if (!names.all().contains(one.name())) {
        return astray(target, one, names);
      }
    }
    return new Answer.Ok<>(
        new Places(
            named(names.current(), found).or(() -> named(names.restored(), found)),
            named(names.next(), found),
            named(names.previous(), found)));
  }

  /** Whether nothing of the target is left. */
  boolean isEmpty() {
    return current.isEmpty() && next.isEmpty() && previous.isEmpty();
  }

  private static Optional<Container> named(String name, List<Container> found) {
    return found.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** A release on its way in that proved that it runs: nothing but names is left to be changed. */
  Optional<Container> confirmed() {
    return next.filter(Container::isConfirmed);
  }

  /** Whether a rollback removed the current release and was cut off before it was done. */
  boolean isGoingBack() {
    return current.isEmpty() && confirmed().isEmpty() && previous.isPresent();
  }

  /** What runs, by what the engine says and not by what should. */
  Optional<Running> shown() {
    if (confirmed().isPresent()) {
      Container coming = confirmed().get();
      Optional<Container> before = coming.replaces() || current.isEmpty() ? previous : current;
      return shown(coming, before);
    }
    return current.isPresent()
        ? shown(current.get(), previous)
        : previous.flatMap(back -> shown(back, Optional.empty()));
  }

  private static Optional<Running> shown(Container container, Optional<Container> before) {
    Recipe recipe = container.recipe();
    Running running =
        new Running(
            recipe.version(),
            recipe.digest(),
            recipe.taskId(),
            container.identity(),
            recipe.address(),
            before.map(one -> one.recipe().version()));
    return Optional.of(running).filter(it -> container.serves());
  }

  private static <T> Answer<T> foreign(String target, Container one) {
    return no(
        target,
        "the container " + one.name() + " is there, and this agent did not make it for " + target,
        "take it over by a deploy with adopt: true, or remove it");
  }

  private static <T> Answer<T> astray(String target, Container one, Names names) {
    return no(
        target,
        "a container of it bears the name " + one.name() + ", which tells nothing",
        "remove it, or rename it to " + names.current());
  }

  private static <T> Answer<T> no(String target, String cause, String fix) {
    return new Answer.No<>(
        Failure.of(ReasonCode.CONFLICT, "look up the containers of " + target, cause, fix));
  }
}
