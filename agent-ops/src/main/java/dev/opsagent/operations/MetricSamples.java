package dev.opsagent.operations;

import dev.opsagent.operations.MetricVerdict.Bad;
import dev.opsagent.operations.MetricVerdict.Seen;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.MetricQueries.Sample;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Collects the samples of one check. Its query is evaluated twice as often as there must be
 * samples, at an even pace over its window, so that a few answers may be missing.
 */
final class MetricSamples {
  private static final int EVALUATIONS_PER_SAMPLE = 2;

  private final MetricCheck check;
  private final String query;
  private final Optional<Baseline> before;
  private int evaluations;
  private int samples;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;
  private Instant newest = Instant.MIN;
  private String missed = "";
  private boolean lastMissed;

  /**
   * @param query as it is asked
   * @param before absent: the check compares with nothing
   */
  MetricSamples(MetricCheck check, String query, Optional<Baseline> before) {
    this.check = check;
    this.query = query;
    this.before = before;
  }

  String query() {
    return query;
  }

  boolean complete() {
    return evaluations == EVALUATIONS_PER_SAMPLE * check.samples();
  }

  /** When the next evaluation is due, after the beginning of the window. */
  Duration due() {
    int all = EVALUATIONS_PER_SAMPLE * check.samples();
    return check.window().multipliedBy(evaluations + 1L).dividedBy(all);
  }

  /** What an evaluation came to; tells when it is out of bounds. */
  Optional<Bad> take(Answer<Sample> answer) {
    evaluations++;
    lastMissed = true;
    switch (answer) {
      case Answer.No<Sample>(Failure failure) -> missed = failure.cause();
      case Answer.Ok<Sample>(Sample sample) -> {
        if (sample.at().isAfter(newest)) {
          return counted(sample);
        }
        missed = "the result is stale: it is the one before again";
      }
    }
    return Optional.empty();
  }

  private Optional<Bad> counted(Sample sample) {
    lastMissed = false;
    newest = sample.at();
    samples++;
    least = Math.min(least, sample.value());
    most = Math.max(most, sample.value());
    return outOfBounds(sample.value()).or(() -> worseThanBefore(sample.value()));
  }

  private Optional<Bad> outOfBounds(double value) {
    Optional<String> broken =
        check
            .max()
            .filter(max -> value > max)
            .map(max -> "above " + max)
            .or(() -> check.min().filter(min -> value < min).map(min -> "below " + min));
    return broken.map(
        how -> new Bad(ReasonCode.UNHEALTHY, said("was %s, %s".formatted(value, how))));
  }

  private Optional<Bad> worseThanBefore(double value) {
    return limit()
        .filter(limit -> value > limit)
        .map(limit ->
            new Bad(
                ReasonCode.DEGRADED,
                said(
                    "was %s, above %s; before the change it was %s"
                        .formatted(value, limit, was().orElseThrow()))));
  }

  /** The largest value that is good after what it was; empty when there is none to compare with. */
  private Optional<Double> limit() {
    return check.baseline().flatMap(baseline -> was().map(baseline::limit));
  }

  private Optional<Double> was() {
    return before.flatMap(
        it -> it instanceof Baseline.Value(double value) ? Optional.of(value) : Optional.empty());
  }

  /** Why nobody can say that it is good; empty when it is. */
  Optional<String> doubt() {
    if (before.isPresent() && before.get() instanceof Baseline.Missing(String why)) {
      return Optional.of(said("has no baseline: " + why));
    }
    if (samples < check.samples()) {
      String why = missed.isEmpty() ? "it was cut short" : missed;
      return Optional.of(
          said("gave %d of %d samples; %s".formatted(samples, check.samples(), why)));
    }
    if (!complete()) {
      return Optional.of(said("was cut short after %d samples".formatted(samples)));
    }
    return lastMissed ? Optional.of(said("ended without a value; " + missed)) : Optional.empty();
  }

  Seen seen() {
    StringBuilder words =
        new StringBuilder("was %s to %s in %d samples".formatted(least, most, samples));
    check.min().ifPresent(min -> words.append(", at least ").append(min));
    check.max().ifPresent(max -> words.append(", at most ").append(max));
    limit().ifPresent(max -> words.append(", at most %s after the baseline".formatted(max)));
    return new Seen(check.name(), said(words.toString()));
  }

  private String said(String text) {
    return "the metric %s %s (%s)"
        .formatted(check.name(), Lines.printable(text), Lines.printable(query));
  }
}
