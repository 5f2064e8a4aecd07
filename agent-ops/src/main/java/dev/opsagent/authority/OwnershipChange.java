package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one map gives to another owner than the other does.
 *
 * @param example a path for which that is so
 */
public record OwnershipChange(Judgement before, Judgement after, String example) {

  private record Place(int one, int other) {}

  /**
   * Walks through two maps at once; both are compiled over the same names.
   *
   * @throws PathStates.Full when they have too little in common for that
   */
  static List<OwnershipChange> between(
      CompiledGlobs one, List<RankedGlob> rules, CompiledGlobs other, List<RankedGlob> others)
      throws PathStates.Full {
    PathStates old = one.automaton().fresh();
    PathStates fresh = other.automaton().fresh();
    Place begin = new Place(PathStates.BEGIN, PathStates.BEGIN);
    PathSearch<Place> search = new PathSearch<>(begin, one.names(), _ -> 0);
    Set<List<Judgement>> told = new HashSet<>();
    List<OwnershipChange> changes = new ArrayList<>();
    search.all(
        (place, nameClass) ->
            List.of(
                new Place(old.next(place.one(), nameClass), fresh.next(place.other(), nameClass))),
        place -> {
          Judgement before = rules.get(old.deciding(place.one())).judgement();
          Judgement after = others.get(fresh.deciding(place.other())).judgement();
          if (before.owner() != after.owner() && told.add(List.of(before, after))) {
            changes.add(new OwnershipChange(before, after, search.path(place)));
          }
        });
    return changes;
  }
}
