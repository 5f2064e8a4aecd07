package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Frame.Thing;
import dev.opsagent.authority.routing.Outcome.Ask;
import dev.opsagent.authority.routing.Outcome.Ours;
import dev.opsagent.authority.routing.Outcome.Theirs;
import dev.opsagent.authority.routing.RoutingMap.NounEntry;
import dev.opsagent.authority.routing.RoutingMap.VerbEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the map says of a class of verb and the things that it acts on. */
record Rules(RoutingMap map) {
  private static final Set<String> INSIDE = Set.of("in", "into", "inside", "within");
  private static final Set<String> PARTS = Set.of("in", "into", "to", "of", "from");
  private static final Set<String> WITHIN =
      Set.of("in", "into", "inside", "within", "to", "of", "on", "onto");

  /** The outcome for an action and its object. Where it is not sure, a person would ask back. */
  Outcome of(String kind, Phrases object, List<Thing> things) {
    Outcome outcome = of(kind, things);
    if (!(outcome instanceof Ours)) {
      return outcome;
    }
    boolean along = object.beside().stream().anyMatch(thing -> isTheirs(alone(thing)));
    boolean unknown = object.strange() && (guessed(kind, things) || liesInTheirs(kind, things));
    return along || unknown ? new Ask() : outcome;
  }

  /**
   * The outcome for an action and things. What is changed is the whole in which a thing lies:
   * metrics in the code are code.
   */
  Outcome of(String kind, List<Thing> things) {
    Outcome nearest = nearest(kind, things);
    if (!any(kind)) {
      return nearest;
    }
    Set<String> whole = nearest instanceof Theirs ? INSIDE : WITHIN;
    return things.stream()
        .filter(thing -> whole.contains(thing.preposition()))
        .flatMap(thing -> ruled(kind, thing).stream())
        .filter(Theirs.class::isInstance)
        .findFirst()
        .orElse(nearest);
  }

  /** What an action makes of one thing, if a rule says so. */
  Optional<Outcome> ruled(String kind, Thing thing) {
    Optional<Outcome> with =
        verb(kind)
            .flatMap(VerbEntry::with)
            .flatMap(outcomes -> Optional.ofNullable(outcomes.get(thing.noun())))
            .map(map::outcome);
    return with.or(() -> any(kind) ? work(thing) : Optional.empty());
  }

  /** Verbs of one operation bind what stands in a row with their object only for others. */
  Optional<Outcome> inRow(String kind, Thing thing) {
    return ruled(kind, thing).filter(outcome -> any(kind) || outcome instanceof Theirs);
  }

  /** Whose work it is to make or change such a thing. */
  Optional<Outcome> work(Thing thing) {
    return noun(thing).flatMap(NounEntry::work).map(map::outcome);
  }

  /** Whose work is meant when such a thing is named without a verb. */
  Optional<Outcome> alone(Thing thing) {
    return noun(thing).flatMap(NounEntry::alone).map(map::outcome);
  }

  /** Whether the thing lies in something that is another's work. */
  boolean within(Thing thing) {
    return WITHIN.contains(thing.preposition()) && isTheirs(work(thing));
  }

  /** The first of the things that is another's work; nobody knows what is to be done with it. */
  Outcome unheard(List<Thing> things) {
    return things.stream()
        .flatMap(thing -> work(thing).stream())
        .filter(Theirs.class::isInstance)
        .findFirst()
        .orElse(new Ask());
  }

  /** Whether the verb alone means one of our operations. */
  boolean strong(String kind) {
    return otherwise(kind).filter(Ours.class::isInstance).isPresent();
  }

  static boolean isTheirs(Optional<Outcome> outcome) {
    return outcome.filter(Theirs.class::isInstance).isPresent();
  }

  private Outcome nearest(String kind, List<Thing> things) {
    Optional<Outcome> uncovered =
        things.stream()
            .findFirst()
            .filter(thing -> thing.preposition().isEmpty() && ruled(kind, thing).isEmpty())
            .flatMap(this::work)
            .filter(Theirs.class::isInstance);
    if (uncovered.isPresent() && strong(kind)) {
      return new Ask();
    }
    if (uncovered.isPresent() && otherwise(kind).isEmpty()) {
      return uncovered.get();
    }
    return things.stream()
        .flatMap(thing -> ruled(kind, thing).stream())
        .findFirst()
        .or(() -> otherwise(kind))
        .orElse(new Ask());
  }

  /** Whether an unknown object was judged by what it is for, not by what it is a part of. */
  private boolean guessed(String kind, List<Thing> things) {
    boolean names = strong(kind) || verb(kind).flatMap(VerbEntry::named).orElse(false);
    return !names
        && things.stream()
            .filter(thing -> ruled(kind, thing).isPresent())
            .findFirst()
            .filter(thing -> PARTS.contains(thing.preposition()) && work(thing).isPresent())
            .isEmpty();
  }

  private boolean liesInTheirs(String kind, List<Thing> things) {
    return things.stream().anyMatch(thing -> within(thing) && ruled(kind, thing).isEmpty());
  }

  private boolean any(String kind) {
    return verb(kind).flatMap(VerbEntry::any).orElse(false);
  }

  private Optional<Outcome> otherwise(String kind) {
    return verb(kind).flatMap(VerbEntry::otherwise).map(map::outcome);
  }

  private Optional<VerbEntry> verb(String kind) {
    return get(map.verbs(), kind);
  }

  private Optional<NounEntry> noun(Thing thing) {
    return get(map.nouns(), thing.noun());
  }

  private static <T> Optional<T> get(Map<String, T> entries, String name) {
    return Optional.ofNullable(entries.get(name));
  }
}
