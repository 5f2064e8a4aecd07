package dev.opsagent.operations;

import dev.opsagent.operations.MetricVerdict.Bad;
import dev.opsagent.operations.MetricVerdict.Seen;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.MetricQueries;
import dev.opsagent.outside.MetricQueries.Sample;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Target;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges a release by its metrics. What is out of bounds is bad at once; what gave too little, or
 * ends without a value, is inconclusive: no data never passes.
 */
public record MetricVerification(
    MetricQueries queries, URI server, List<MetricCheck> checks, Pace pace) {
  private static final Duration LONGEST_QUERY = Duration.ofSeconds(5);
  private static final int BASELINE_TRIES = 3;

  public MetricVerification {
    checks = List.copyOf(checks);
  }

  /** The longest that judging takes. */
  public static Duration longest(List<MetricCheck> checks) {
    return checks.stream()
        .map(MetricCheck::window)
        .max(Comparator.naturalOrder())
        .map(LONGEST_QUERY::plus)
        .orElse(Duration.ZERO);
  }

  /** The longest that measuring the baselines takes. */
  public static Duration longestMeasuring(List<MetricCheck> checks) {
    return LONGEST_QUERY.multipliedBy(2L * BASELINE_TRIES * checks.size());
  }

  /**
   * Measures what the metrics are before a change, for the checks that compare with it.
   *
   * @param version the one that runs; absent: nothing does
   */
  public Facts baselines(Target target, Optional<String> version) throws InterruptedException {
    Facts facts = Facts.NONE;
    for (MetricCheck check : checks) {
      if (check.baseline().isPresent()) {
        facts = facts.with(baseline(check, target, version).facts(check.name()));
      }
    }
    return facts;
  }

  private Baseline baseline(MetricCheck check, Target target, Optional<String> version)
      throws InterruptedException {
    if (version.isEmpty()) {
      return new Baseline.Missing("nothing ran before the change");
    }
    String query = check.query(names(target, version.get()));
    String why = "";
    for (int attempt = 1; attempt <= BASELINE_TRIES; attempt++) {
      switch (queries.evaluate(server, query, LONGEST_QUERY)) {
        case Answer.Ok<Sample>(Sample sample) -> {
          return new Baseline.Value(sample.value());
        }
        case Answer.No<Sample>(Failure failure) -> why = failure.cause();
      }
      if (attempt < BASELINE_TRIES) {
        pace.await(Duration.ofSeconds(1));
      }
    }
    return new Baseline.Missing("before the change, " + why);
  }

  /**
   * Watches the metrics for their windows.
   *
   * @param version the one that was brought up
   * @param known holds the baselines
   */
  public MetricVerdict judge(Target target, String version, Facts known)
      throws InterruptedException {
    List<MetricSamples> all = new ArrayList<>();
    for (MetricCheck check : checks) {
      Optional<Baseline> before = check.baseline().map(_ -> Baseline.of(known, check.name()));
      all.add(new MetricSamples(check, check.query(names(target, version)), before));
    }
    Optional<Bad> bad = sample(all);
    return bad.isPresent() ? bad.get() : verdict(all);
  }

  private Optional<Bad> sample(List<MetricSamples> all) throws InterruptedException {
    long begin = pace.nanoTime();
    long end = begin + longest(checks).toNanos();
    Optional<MetricSamples> next = next(all);
    while (next.isPresent()) {
      MetricSamples due = next.get();
      pace.await(Duration.ofNanos(Math.max(0, begin + due.due().toNanos() - pace.nanoTime())));
      long left = end - pace.nanoTime();
      if (left <= 0) {
        break;
      }
      Duration time = Duration.ofNanos(Math.min(left, LONGEST_QUERY.toNanos()));
      Optional<Bad> bad = due.take(queries.evaluate(server, due.query(), time));
      if (bad.isPresent()) {
        return bad;
      }
      next = next(all);
    }
    return Optional.empty();
  }

  private static Optional<MetricSamples> next(List<MetricSamples> all) {
    return all.stream().filter(it -> !it.complete()).min(Comparator.comparing(MetricSamples::due));
  }

  private static MetricVerdict verdict(List<MetricSamples> all) {
    List<String> doubts = all.stream().flatMap(it -> it.doubt().stream()).toList();
    if (!doubts.isEmpty()) {
      return new MetricVerdict.Inconclusive(String.join("; ", doubts));
    }
    List<Seen> seen = all.stream().map(MetricSamples::seen).toList();
    return new MetricVerdict.Good(seen);
  }

  private static Map<String, String> names(Target target, String version) {
    return Map.of(
        "service", target.service(), "environment", target.environment(), "version", version);
  }
}
