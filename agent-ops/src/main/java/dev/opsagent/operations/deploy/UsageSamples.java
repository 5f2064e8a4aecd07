package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Pace;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** What a service has used while somebody looked at it, for whatever other reason. */
final class UsageSamples {
  private static final Duration APART = Duration.ofSeconds(1);

  private record Sample(long nanos, Usage usage) {}

  private final Pace pace;
  private final Supplier<Answer<Optional<Usage>>> source;
  private final List<Sample> samples = new ArrayList<>();
  private boolean known = true;

  /**
   * @param source what it has used by now; asked again only while it knows
   */
  UsageSamples(Pace pace, Supplier<Answer<Optional<Usage>>> source) {
    this.pace = pace;
    this.source = source;
  }

  /** Takes a sample, unless the last one is a moment old. */
  void take() {
    boolean due =
        samples.isEmpty() || pace.nanoTime() - samples.getLast().nanos() >= APART.toNanos();
    if (!due || !known) {
      return;
    }
    long at = pace.nanoTime();
    Optional<Usage> usage =
        source.get() instanceof Answer.Ok<Optional<Usage>>(var told) ? told : Optional.empty();
    known = usage.isPresent();
    usage.ifPresent(it -> samples.add(new Sample(at, it)));
  }

  int count() {
    return samples.size();
  }

  /** Bytes that 95 of 100 samples did not exceed; empty without samples. */
  OptionalDouble memory() {
    return percentile(samples.stream().map(it -> (double) it.usage().memory()).toList());
  }

  /** Processors that were busy, in 95 of 100 spans between samples at most. */
  OptionalDouble cpus() {
    List<Double> rates = new ArrayList<>();
    for (int i = 1; i < samples.size(); i++) {
      Sample before = samples.get(i - 1);
      Duration used = samples.get(i).usage().cpu().minus(before.usage().cpu());
      // One that was started again counts from its start.
      if (!used.isNegative()) {
        rates.add((double) used.toNanos() / (samples.get(i).nanos() - before.nanos()));
      }
    }
    return percentile(rates);
  }

  private static OptionalDouble percentile(List<Double> values) {
    if (values.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return OptionalDouble.of(sorted.get((int) Math.ceil(0.95 * sorted.size()) - 1));
  }
}
