package dev.opsagent.operations.deploy;

import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one service has used while somebody looked at it. Of its containers the one that uses most
 * counts, since limits are a container's.
 */
final class UsageSamples {
  private final Optional<String> service;
  private final List<Sample> samples = new ArrayList<>();
  private Allotment allotment = new Allotment(Optional.empty(), Optional.empty());

  /**
   * @param usages by container, of which one that was started again is another one
   */
  private record Sample(long nanos, Map<String, Usage> usages) {
    double memory() {
      return usages.values().stream().mapToLong(Usage::memory).max().orElse(0);
    }

    private Optional<Duration> cpu(String container) {
      return Optional.ofNullable(usages.get(container)).map(Usage::cpu);
    }

    /** Processors that were busy since; empty when nothing has run for all of the time. */
    OptionalDouble cpusSince(Sample before) {
      return usages.entrySet().stream()
          .flatMap(it -> before.cpu(it.getKey()).map(it.getValue().cpu()::minus).stream())
          // Where nothing tells that it was started again, it counts from its start all the same.
          .filter(used -> !used.isNegative())
          .mapToDouble(used -> (double) used.toNanos() / (nanos - before.nanos))
          .max();
    }
  }

  /**
   * @param service absent: the target is one service
   */
  UsageSamples(Optional<String> service) {
    this.service = service;
  }

  /**
   * Takes a sample.
   *
   * @param nanos when
   * @param readings of the service's containers, at least one
   */
  void add(long nanos, List<Reading> readings) {
    Map<String, Usage> usages = new HashMap<>();
    readings.forEach(it -> usages.put(it.container(), it.usage()));
    samples.add(new Sample(nanos, usages));
    allotment = readings.getLast().allotment();
  }

  Optional<String> service() {
    return service;
  }

  /** What each of its containers may use, as it was told last. */
  Allotment allotment() {
    return allotment;
  }

  int count() {
    return samples.size();
  }

  /** Bytes that 95 of 100 samples did not exceed; empty without samples. */
  OptionalDouble memory() {
    return percentile(samples.stream().map(Sample::memory).toList());
  }

  /** Processors that were busy, in 95 of 100 spans between samples at most. */
  OptionalDouble cpus() {
    List<Double> rates = new ArrayList<>();
    for (int i = 1; i < samples.size(); i++) {
      samples.get(i).cpusSince(samples.get(i - 1)).ifPresent(rates::add);
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
