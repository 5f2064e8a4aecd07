package dev.opsagent.operations;

import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements.Performance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What requests to a service came to, held against what is demanded. A request that was given up
 * counts as one that took as long as it was waited for; what failed at once has no latency.
 */
final class LoadSamples {
  private static final int PERCENTILE = 95;
  private static final int ALL = 100;

  /** A share such as 0.29 of 100 is no whole number to a machine. */
  private static final double ROUNDING = 1e-9;

  private final Performance wanted;
  private final Demanded demanded;
  private final List<Long> millis = new ArrayList<>();
  private int requests;
  private int failed;
  private String lastFailure = "";

  /**
   * @param demanded what results are told of
   */
  LoadSamples(Performance wanted, Demanded demanded) {
    this.wanted = wanted;
    this.demanded = demanded;
  }

  boolean complete() {
    return requests >= wanted.samples();
  }

  void answered(long took) {
    requests++;
    millis.add(took);
  }

  void givenUp(long took, String cause) {
    failed(cause);
    millis.add(took);
  }

  void failed(String cause) {
    requests++;
    failed++;
    lastFailure = cause;
  }

  /** What no further request could make good. */
  Optional<String> broken() {
    long slow = wanted.p95LatencyMillis().map(most -> slower(most)).orElse(0L);
    if (slow > wanted.samples() - rank(wanted.samples())) {
      return Optional.of(
          "%d of %d requests took longer than %d ms, so that 95 of 100 cannot be within it"
              .formatted(slow, requests, wanted.p95LatencyMillis().orElseThrow()));
    }
    boolean tooMany =
        wanted
            .errorRate()
            .filter(most -> failed > Math.floor(most * wanted.samples() + ROUNDING))
            .isPresent();
    return tooMany
        ? Optional.of(
            "%d of %d requests failed, more than %s of them; the last one: %s"
                .formatted(failed, requests, wanted.errorRate().orElseThrow(), lastFailure))
        : Optional.empty();
  }

  private long slower(int most) {
    return millis.stream().filter(it -> it > most).count();
  }

  /** Why nobody can say that it is good; empty when it is. */
  Optional<String> doubt() {
    if (!complete()) {
      return Optional.of(
          "there was time for %d of %d requests only".formatted(requests, wanted.samples()));
    }
    return wanted.p95LatencyMillis().isPresent() && millis.size() < wanted.samples()
        ? Optional.of(
            "%d of %d requests were answered; the last one that was not: %s"
                .formatted(millis.size(), requests, lastFailure))
        : Optional.empty();
  }

  /** What was found; for samples that are complete. */
  List<Deliverable> results() {
    return demanded.results(requirement ->
        requirement == Requirement.P95_LATENCY
            ? "%d ms, the 95th percentile of %d answers".formatted(p95(), millis.size())
            : "%d of %d requests failed".formatted(failed, requests));
  }

  private long p95() {
    List<Long> sorted = millis.stream().sorted().toList();
    return sorted.get(rank(sorted.size()) - 1);
  }

  /** By the nearest rank: of 100 values the 95th. */
  private static int rank(int count) {
    return Math.ceilDiv(count * PERCENTILE, ALL);
  }
}
