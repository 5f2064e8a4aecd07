package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One glob of the map in its rank.
 *
 * @param tier counted from 0; the built-in one comes before
 * @param field where it stands in the document
 */
record RankedGlob(int tier, Judgement judgement, PathGlob glob, PathGlob folded, String field) {
  private static final int BUILT_IN = -1;

  /** What no map can give away: git's own files at any depth, submodules included. */
  private static final List<String> GIT = List.of("**/.git", "**/.git/**", "**/.gitmodules");

  /**
   * All globs of a document in the order in which they decide.
   *
   * @param faults takes what cannot be read
   */
  static List<RankedGlob> of(OwnershipDocument document, List<OwnershipMap.Fault> faults) {
    List<RankedGlob> ranked = new ArrayList<>();
    GIT.forEach(glob ->
        ranked.add(
            new RankedGlob(
                BUILT_IN,
                new Judgement(Owner.VERSION_CONTROL, "built-in/git"),
                PathGlob.of(glob),
                PathGlob.of(glob),
                "")));
    for (int tier = 0; tier < document.tiers().size(); tier++) {
      OwnershipDocument.Tier written = document.tiers().get(tier);
      for (int rule = 0; rule < written.rules().size(); rule++) {
        String field = "tiers[%d].rules[%d].paths".formatted(tier, rule);
        add(tier, written.name(), written.rules().get(rule), field, ranked, faults);
      }
    }
    return List.copyOf(ranked);
  }

  private static void add(
      int tier,
      String tierName,
      OwnershipDocument.Rule rule,
      String field,
      List<RankedGlob> ranked,
      List<OwnershipMap.Fault> faults) {
    String name = tierName + "/" + rule.name();
    Globs.paths(rule.paths(), field, faults)
        .forEach((place, glob) ->
            ranked.add(
                new RankedGlob(
                    tier,
                    new Judgement(rule.owner(), name),
                    glob,
                    PathGlob.of(glob.toString().toLowerCase(Locale.ROOT)),
                    place)));
  }

  /** As errors name it. */
  String shown() {
    return "%s (%s, %s)".formatted(judgement.rule(), owner().id(), glob);
  }

  Owner owner() {
    return judgement.owner();
  }
}
