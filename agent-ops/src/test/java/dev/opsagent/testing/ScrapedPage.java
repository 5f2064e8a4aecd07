package dev.opsagent.testing;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A page in Prometheus' text format, taken apart. */
public record ScrapedPage(List<Series> all) {
  private static final Pattern SERIES = Pattern.compile("^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** One line of it. */
  public record Series(String metric, Map<String, String> labels) {}

  public static ScrapedPage of(String text) {
    return new ScrapedPage(
        text.lines().filter(line -> !line.startsWith("#")).map(ScrapedPage::series).toList());
  }

  private static Series series(String line) {
    Matcher found = SERIES.matcher(line);
    if (!found.matches()) {
      throw new AssertionError("no series: " + line);
    }
    String labels = found.group(2) == null ? "" : found.group(2);
    return new Series(
        found.group(1),
        LABEL
            .matcher(labels)
            .results()
            .collect(Collectors.toMap(it -> it.group(1), it -> it.group(2))));
  }

  /** Those of a metric. */
  public List<Series> named(String metric) {
    return all.stream().filter(it -> it.metric().equals(metric)).toList();
  }

  public Set<String> metrics() {
    return all.stream().map(Series::metric).collect(Collectors.toUnmodifiableSet());
  }
}
