package dev.opsagent.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a metric must be while a release is verified. {@code agent-ops/docs/verification.md} has the
 * table of decisions.
 *
 * @param name unique among the checks of a verification
 * @param query in PromQL; it may hold {@code {service}}, {@code {environment}} and {@code
 *     {version}}
 * @param max the largest value that is good; absent: any
 * @param min the smallest value that is good; absent: any
 * @param baseline how the value may differ from the one before the change; absent: in any way
 * @param least how many samples there must be
 * @param time over which they are taken
 */
public record MetricCheck(
    String name,
    String query,
    Optional<Double> max,
    Optional<Double> min,
    Optional<Baseline> baseline,
    @JsonProperty("samples") Optional<Integer> least,
    @JsonProperty("window") Optional<Duration> time) {
  /** The time over which samples are taken unless told. */
  public static final Duration WINDOW = Duration.ofMinutes(1);

  /** The shortest window. */
  public static final Duration SHORTEST = Duration.ofSeconds(1);

  /** The longest window. */
  public static final Duration LONGEST = Duration.ofHours(24);

  private static final int SAMPLES = 3;
  private static final Set<String> KNOWN = Set.of("service", "environment", "version");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\s*([A-Za-z_]+)\\s*}");

  /**
   * Against the value of the same query before the change.
   *
   * @param increaseAtMost the largest increase that is good, as a share of the value before: 0.2 is
   *     a fifth
   */
  public record Baseline(double increaseAtMost) {
    /** The largest value that is good. */
    public double limit(double before) {
      return before + Math.abs(before) * increaseAtMost;
    }
  }

  /**
   * What does not fit.
   *
   * @param field of the list of checks, such as {@code [0].query}
   */
  public record Fault(String field, String cause) {}

  /** The least number of samples; 3 unless told. */
  public int samples() {
    return least.orElse(SAMPLES);
  }

  /** How long samples are taken. */
  public Duration window() {
    return time.orElse(WINDOW);
  }

  /**
   * The query as it is asked. Values are put in so that they can stand in a string of the query.
   *
   * @param values of every placeholder
   */
  public String query(Map<String, String> values) {
    return PLACEHOLDER
        .matcher(query)
        .replaceAll(it -> Matcher.quoteReplacement(escaped(it, values)));
  }

  private static String escaped(MatchResult placeholder, Map<String, String> values) {
    return values
        .getOrDefault(placeholder.group(1), placeholder.group())
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("'", "\\'");
  }

  /** What a schema cannot say of such checks; empty when they fit. */
  public static Optional<Fault> fault(List<MetricCheck> checks) {
    Set<String> names = new HashSet<>();
    for (int index = 0; index < checks.size(); index++) {
      MetricCheck check = checks.get(index);
      String at = "[" + index + "].";
      if (!names.add(check.name)) {
        return Optional.of(new Fault(at + "name", "is given to two checks"));
      }
      Optional<Fault> fault = check.fault(at);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }

  private Optional<Fault> fault(String at) {
    Optional<String> unknown =
        PLACEHOLDER
            .matcher(query)
            .results()
            .map(it -> it.group(1))
            .filter(it -> !KNOWN.contains(it))
            .findFirst();
    if (unknown.isPresent()) {
      return Optional.of(
          new Fault(at + "query", "holds the unknown placeholder {%s}".formatted(unknown.get())));
    }
    boolean odd = window().compareTo(SHORTEST) < 0 || window().compareTo(LONGEST) > 0;
    return odd ? Optional.of(new Fault(at + "window", "is out of bounds")) : Optional.empty();
  }
}
