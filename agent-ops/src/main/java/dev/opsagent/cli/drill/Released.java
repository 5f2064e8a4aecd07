package dev.opsagent.cli.drill;

import java.util.HashSet;
import java.util.List;

/**
 * The releases of one target, whose tasks each raise the patch version by one.
 *
 * @param told the versions that its tasks report, in the order of their dispatch
 * @param published the versions that the registry has
 * @param tags the tags that the repository has
 */
public record Released(List<String> told, List<String> published, List<String> tags) {
  public Released {
    told = List.copyOf(told);
    published = List.copyOf(published);
    tags = List.copyOf(tags);
  }

  /** Releases that are told of and not there. */
  public int missing() {
    return (int)
        told.stream()
            .filter(it -> !published.contains(it) || !tags.contains("v" + it))
            .distinct()
            .count();
  }

  /** Releases without a task of their own: told twice, or there and not told of. */
  public int repeated() {
    int twice = told.size() - new HashSet<>(told).size();
    return twice
        + (int) published.stream().filter(it -> !told.contains(it)).count()
        + (int) tags.stream().filter(it -> !told.contains(it.substring(1))).count();
  }

  /** Releases that came before one whose task was sent earlier. */
  public int reordered() {
    int count = 0;
    for (int i = 1; i < told.size(); i++) {
      if (patch(told.get(i)) < patch(told.get(i - 1))) {
        count++;
      }
    }
    return count;
  }

  private static int patch(String version) {
    return Integer.parseInt(version.substring(version.lastIndexOf('.') + 1));
  }
}
