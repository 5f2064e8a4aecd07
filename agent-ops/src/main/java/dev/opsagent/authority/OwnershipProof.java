package dev.opsagent.authority;

import dev.opsagent.authority.OwnershipMap.Fault;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Proves of a map that it is total and disjoint: no path is without a rule, within a tier no path
 * is claimed by two owners in whatever case it is written, and each glob decides at least one path.
 * What contradicts that is told with a path that shows it.
 */
final class OwnershipProof {
  private final List<RankedGlob> globs;
  private final CompiledGlobs exact;
  private final CompiledGlobs twins;
  private final List<Fault> faults = new ArrayList<>();

  private OwnershipProof(List<RankedGlob> globs, CompiledGlobs exact, CompiledGlobs twins) {
    this.globs = globs;
    this.exact = exact;
    this.twins = twins;
  }

  /**
   * What is wrong with the map; nothing when it is proved.
   *
   * @param twins the globs in lower case
   * @throws PathStates.Full when the proof would take too long
   */
  static List<Fault> faults(List<RankedGlob> globs, CompiledGlobs exact, CompiledGlobs twins)
      throws PathStates.Full {
    OwnershipProof proof = new OwnershipProof(globs, exact, twins);
    proof.disjoint();
    proof.total();
    proof.busy();
    return proof.faults;
  }

  private void disjoint() throws PathStates.Full {
    List<SegmentedGlob> all = twins.globs();
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        RankedGlob one = globs.get(all.get(i).rank());
        RankedGlob other = globs.get(all.get(j).rank());
        if (one.tier() == other.tier() && one.owner() != other.owner()) {
          SegmentedGlob.common(all.get(i), all.get(j), twins.names())
              .ifPresent(path -> faults.add(overlap(one, other, path)));
        }
      }
    }
  }

  private static Fault overlap(RankedGlob one, RankedGlob other, String path) {
    return new Fault(
        other.field(),
        "%s and %s both claim %s".formatted(one.shown(), other.shown(), path),
        "narrow one of them, or rank them: put the one that is to win into an earlier tier");
  }

  /** A last tier that covers every path by itself is the usual case, and soon proved. */
  private void total() throws PathStates.Full {
    int last = globs.getLast().tier();
    List<SegmentedGlob> lastTier =
        exact.globs().stream().filter(it -> globs.get(it.rank()).tier() == last).toList();
    if (hole(new PathAutomaton(lastTier, exact.names())).isPresent()) {
      hole(exact.automaton()).ifPresent(path -> faults.add(holeAt(path, globs.getLast())));
    }
  }

  private static Optional<String> hole(PathAutomaton automaton) throws PathStates.Full {
    PathSearch<Integer> search = new PathSearch<>(PathStates.BEGIN, automaton.names(), _ -> 0);
    PathStates states = automaton.fresh();
    return search.first(
        (state, nameClass) -> List.of(states.next(state, nameClass)),
        state -> states.deciding(state) == PathPlaces.NONE);
  }

  private static Fault holeAt(String path, RankedGlob last) {
    return new Fault(
        "tiers",
        "no rule owns " + path + "; the last one is " + last.shown(),
        "add a rule to the last tier that owns the rest, such as paths: [\"**\"]");
  }

  /** Looks for each glob among the paths that it matches for one that it decides. */
  private void busy() throws PathStates.Full {
    PathStates states = exact.automaton().fresh();
    for (int rank = 0; rank < globs.size(); rank++) {
      RankedGlob glob = globs.get(rank);
      if (!glob.field().isEmpty() && decides(rank, states).isEmpty()) {
        faults.add(
            new Fault(
                glob.field(),
                "%s never decides: before it come %s".formatted(glob.shown(), before(rank)),
                "remove it, or put it before them"));
      }
    }
  }

  private record Place(int matched, int state) {}

  private Optional<String> decides(int rank, PathStates states) throws PathStates.Full {
    for (SegmentedGlob form : exact.globs()) {
      if (form.rank() == rank) {
        Optional<String> path =
            new PathSearch<>(
                    new Place(0, PathStates.BEGIN), exact.names(), it -> form.missing(it.matched()))
                .first(
                    (place, nameClass) -> after(form, place, nameClass, states),
                    place ->
                        form.endsAt(place.matched()) && states.deciding(place.state()) == rank);
        if (path.isPresent()) {
          return path;
        }
      }
    }
    return Optional.empty();
  }

  private List<Place> after(SegmentedGlob form, Place place, int nameClass, PathStates states)
      throws PathStates.Full {
    List<Integer> matched = form.after(place.matched(), nameClass, exact.names());
    if (matched.isEmpty() || !states.mayDecide(place.state(), form.rank())) {
      return List.of();
    }
    int state = states.next(place.state(), nameClass);
    return matched.stream().map(it -> new Place(it, state)).toList();
  }

  /** The globs before one that have a path in common with it. */
  private String before(int idle) throws PathStates.Full {
    Set<String> before = new LinkedHashSet<>();
    for (SegmentedGlob own : exact.globs()) {
      for (SegmentedGlob other : exact.globs()) {
        boolean first = own.rank() == idle && other.rank() < idle;
        if (first && SegmentedGlob.common(own, other, exact.names()).isPresent()) {
          before.add(globs.get(other.rank()).shown());
        }
      }
    }
    return String.join(", ", before);
  }
}
