package dev.opsagent.operations.deploy;

import dev.opsagent.outside.Environment.Prices;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.PerformanceMetrics;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation.Finding;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares what a service may use with what it was seen to use. A limit of which less than half is
 * used, or more than nine tenths, is found wrong; what is recommended leaves half of what is used
 * as headroom. Few samples say nothing.
 *
 * @param subject the target
 * @param prices what resources cost; absent: nobody says
 */
record RightSizing(String subject, Optional<Prices> prices) {
  static final int LEAST_SAMPLES = 5;

  private static final double MUCH_LESS = 0.5;
  private static final double NEARLY_ALL = 0.9;
  private static final double HEADROOM = 1.5;
  private static final double GIBIBYTE = 1L << 30;

  /** Steps in which a limit is set, and the least that is worth setting. */
  private static final double CPU_STEP = 0.05;

  private static final double MEMORY_STEP = 16L << 20;

  /**
   * A service's figures, and what follows from them where it has limits; empty when there were too
   * few samples.
   */
  List<Deliverable> of(UsageSamples samples, Instant now) {
    List<Deliverable> found = new ArrayList<>();
    if (samples.count() < LEAST_SAMPLES) {
      return found;
    }
    Map<String, Double> figures = new TreeMap<>();
    samples
        .cpus()
        .ifPresent(used -> {
          figures.put("cpu_p95_processors", used);
          samples
              .allotment()
              .cpus()
              .flatMap(limit -> recommend(Resource.CPUS, limit, used, samples, now))
              .ifPresent(found::add);
        });
    samples
        .memory()
        .ifPresent(used -> {
          figures.put("memory_p95_bytes", used);
          samples
              .allotment()
              .memory()
              .flatMap(limit -> recommend(Resource.MEMORY, limit, used, samples, now))
              .ifPresent(found::add);
        });
    found.addFirst(new PerformanceMetrics(subject, samples.service(), figures, now));
    return found;
  }

  private Optional<ResourceRecommendation> recommend(
      Resource resource, double limit, double used, UsageSamples samples, Instant now) {
    double step = resource == Resource.CPUS ? CPU_STEP : MEMORY_STEP;
    double fits = Math.max(1, Math.ceil(used * HEADROOM / step - 1e-9)) * step;
    boolean starving = used > limit * NEARLY_ALL;
    boolean idle = used < limit * MUCH_LESS && fits < limit;
    if (!starving && !idle) {
      return Optional.empty();
    }
    return Optional.of(
        new ResourceRecommendation(
            subject,
            samples.service(),
            resource,
            starving ? Finding.STARVING : Finding.OVER_PROVISIONED,
            limit,
            used,
            fits,
            samples.count(),
            cost(resource, limit),
            cost(resource, fits),
            cost(resource, limit).flatMap(_ -> prices.map(Prices::currency)),
            now));
  }

  private Optional<Double> cost(Resource resource, double amount) {
    return prices.flatMap(table ->
        switch (resource) {
          case CPUS -> table.cpu().map(price -> price * amount);
          case MEMORY -> table.memory().map(price -> price * amount / GIBIBYTE);
        });
  }
}
