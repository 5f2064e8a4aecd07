package dev.opsagent.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an expression of PromQL names. Whether it is one, Prometheus says; what is no function and
 * no keyword that is known here counts as the name of a metric.
 *
 * @param selectors in the order of the text
 * @param grouping the labels that it groups or joins by
 */
public record PromQl(List<Selector> selectors, List<String> grouping) {
  private static final Set<String> WORDS =
      Set.of(
          "sum",
          "count",
          "min",
          "max",
          "absent",
          "rate",
          "increase",
          "max_over_time",
          "histogram_quantile",
          "by",
          "on",
          "unless",
          "and",
          "offset");
  private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on)\\s*\\(([^)]*)\\)");
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w:.])([a-zA-Z_:][\\w:]*)\\s*(\\{[^}]*})?");
  private static final Pattern MATCHER =
      Pattern.compile("([a-zA-Z_]\\w*)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");

  /** A metric and the labels that it is picked by. */
  public record Selector(String metric, List<LabelMatcher> matchers) {}

  /**
   * A label that is asked for.
   *
   * @param value that it must or must not have; empty where a pattern stands
   */
  public record LabelMatcher(String label, Optional<String> value) {}

  public static PromQl of(String expression) {
    List<String> grouping =
        GROUPING
            .matcher(expression)
            .results()
            .flatMap(it -> Stream.of(it.group(1).split(",", -1)))
            .map(String::strip)
            .toList();
    String rest =
        GROUPING.matcher(expression).replaceAll(" ").replaceAll("\\[[^]]*]|\\boffset \\w+", " ");
    List<Selector> selectors = new ArrayList<>();
    Matcher names = NAME.matcher(rest);
    while (names.find()) {
      if (!WORDS.contains(names.group(1))) {
        selectors.add(new Selector(names.group(1), matchers(names.group(2))));
      }
    }
    return new PromQl(selectors, grouping);
  }

  private static List<LabelMatcher> matchers(@Nullable String braces) {
    return braces == null
        ? List.of()
        : MATCHER.matcher(braces).results().map(PromQl::matcher).toList();
  }

  private static LabelMatcher matcher(MatchResult found) {
    boolean exact = !found.group(2).endsWith("~");
    return new LabelMatcher(found.group(1), exact ? Optional.of(found.group(3)) : Optional.empty());
  }
}
