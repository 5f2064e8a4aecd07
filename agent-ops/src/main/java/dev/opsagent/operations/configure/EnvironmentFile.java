package dev.opsagent.operations.configure;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A file whose path may name an environment, such as {@code .env.staging}.
 *
 * @param environments names of those that are served
 */
record EnvironmentFile(String path, Set<String> environments) {
  EnvironmentFile {
    environments = Set.copyOf(environments);
  }

  /** The environments that the path names; of names within names, the longest. */
  Set<String> named() {
    Set<String> found =
        environments.stream()
            .filter(name -> pattern(name).matcher(path).find())
            .collect(Collectors.toSet());
    return found.stream()
        .filter(name -> found.stream().noneMatch(it -> !it.equals(name) && it.contains(name)))
        .collect(Collectors.toSet());
  }

  /** The same file of another environment; empty when the path does not name this one. */
  Optional<String> of(String own, String other) {
    return named().equals(Set.of(own))
        ? Optional.of(pattern(own).matcher(path).replaceAll(Matcher.quoteReplacement(other)))
        : Optional.empty();
  }

  private static Pattern pattern(String name) {
    return Pattern.compile("(?<![A-Za-z0-9])" + Pattern.quote(name) + "(?![A-Za-z0-9])");
  }
}
