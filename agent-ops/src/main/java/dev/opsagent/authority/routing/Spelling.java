package dev.opsagent.authority.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the known word that a mistyped one stands for: same first letter, and at most one letter
 * missing, added, wrong or swapped, two in long words. Of short words only swaps are mended.
 */
final class Spelling {
  private static final int SHORT = 4;
  private static final int LONG = 8;
  private static final int LONGEST = 24;

  private final Map<String, List<String>> byStart = new HashMap<>();

  Spelling(Collection<String> known) {
    known.stream()
        .filter(word -> word.length() >= SHORT && word.chars().allMatch(Character::isLetter))
        .sorted()
        .forEach(word ->
            byStart
                .computeIfAbsent(shelf(word.charAt(0), word.length()), _ -> new ArrayList<>())
                .add(word));
  }

  /** The nearest known word; of equally near ones the first in the alphabet. */
  Optional<String> mend(String word) {
    boolean mendable =
        word.length() >= SHORT
            && word.length() <= LONGEST
            && word.chars().allMatch(Character::isLetter);
    if (!mendable) {
      return Optional.empty();
    }
    int most = word.length() >= LONG ? 2 : 1;
    for (int distance = 1; distance <= most; distance++) {
      Optional<String> found = within(word, distance);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<String> within(String word, int distance) {
    int slack = word.length() == SHORT ? 0 : distance;
    for (int length = word.length() - slack; length <= word.length() + slack; length++) {
      List<String> shelf = byStart.getOrDefault(shelf(word.charAt(0), length), List.of());
      for (String known : shelf) {
        if (near(word, known, distance)) {
          return Optional.of(known);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean near(String word, String known, int distance) {
    return word.length() == SHORT ? swapped(word, known) : distance(word, known) <= distance;
  }

  private static boolean swapped(String one, String other) {
    int at = 0;
    while (at < one.length() && one.charAt(at) == other.charAt(at)) {
      at++;
    }
    return at + 1 < one.length()
        && one.charAt(at) == other.charAt(at + 1)
        && one.charAt(at + 1) == other.charAt(at)
        && one.substring(at + 2).equals(other.substring(at + 2));
  }

  /** Letters missing, added, wrong or swapped with their neighbour. */
  private static int distance(String one, String other) {
    int[][] cost = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        cost[i][j] = cheapest(one, other, cost, i, j);
      }
    }
    return cost[one.length()][other.length()];
  }

  private static int cheapest(String one, String other, int[][] cost, int i, int j) {
    if (i == 0 || j == 0) {
      return i + j;
    }
    boolean same = one.charAt(i - 1) == other.charAt(j - 1);
    int best = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
    best = Math.min(best, cost[i - 1][j - 1] + (same ? 0 : 1));
    boolean swap =
        i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1);
    return swap ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
  }

  private static String shelf(char first, int length) {
    return first + "" + length;
  }
}
