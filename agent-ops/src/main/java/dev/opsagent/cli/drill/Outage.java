package dev.opsagent.cli.drill;

import dev.opsagent.cli.drill.SteadyLoad.Sample;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What callers saw of a bad release.
 *
 * @param requests that ended
 * @param failed those that the service did not answer with 200
 * @param lasted from the first that failed to the first of those that were answered ever after;
 *     zero when none failed
 * @param over whether the last ones were answered
 */
public record Outage(long requests, long failed, Duration lasted, boolean over) {
  /** Answers in a row that make an end. */
  private static final int STEADY = 3;

  static Outage of(Collection<Sample> some) {
    List<Sample> samples = some.stream().sorted(Comparator.comparingLong(Sample::at)).toList();
    int first = -1;
    int last = -1;
    long failed = 0;
    for (int i = 0; i < samples.size(); i++) {
      if (!samples.get(i).answered()) {
        first = first < 0 ? i : first;
        last = i;
        failed++;
      }
    }
    boolean over = samples.size() - 1 - last >= STEADY;
    int end = Math.min(last + 1, samples.size() - 1);
    long lasted = first < 0 ? 0 : samples.get(end).at() - samples.get(first).at();
    return new Outage(samples.size(), failed, Duration.ofNanos(lasted), over);
  }
}
