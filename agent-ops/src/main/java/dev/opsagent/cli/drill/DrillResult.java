package dev.opsagent.cli.drill;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;

/**
 * What a drill came to.
 *
 * @param recovered bad releases after which the good one served again by itself
 * @param of bad releases
 * @param p50Seconds how long callers were without answers, the median of all bad releases
 * @param failedRequests of all that were sent
 * @param orphans processes and containers that nothing accounts for at the end; processes are seen
 *     where there is a {@code /proc}
 */
public record DrillResult(
    int recovered,
    int of,
    @JsonProperty("p50_s") double p50Seconds,
    @JsonProperty("p99_s") double p99Seconds,
    @JsonProperty("max_s") double maxSeconds,
    @JsonProperty("failed_requests") long failedRequests,
    int orphans) {
  private static final double MILLIS = 1000.0;

  /** One bad release. */
  public record Round(Defect defect, boolean recovered, Outage outage) {}

  /** Sums the rounds up. */
  public static DrillResult of(List<Round> rounds, int orphans) {
    List<Duration> lasted = rounds.stream().map(round -> round.outage().lasted()).sorted().toList();
    return new DrillResult(
        (int) rounds.stream().filter(Round::recovered).count(),
        rounds.size(),
        percentile(lasted, 50),
        percentile(lasted, 99),
        percentile(lasted, 100),
        rounds.stream().mapToLong(round -> round.outage().failed()).sum(),
        orphans);
  }

  /** The smallest that so many percent do not exceed. */
  private static double percentile(List<Duration> sorted, int percent) {
    int rank = (int) Math.ceil(sorted.size() * percent / 100.0);
    return sorted.get(Math.max(1, rank) - 1).toMillis() / MILLIS;
  }

  /** Whether every release was taken back and nothing is left over. */
  public boolean passed() {
    return recovered == of && orphans == 0;
  }
}
