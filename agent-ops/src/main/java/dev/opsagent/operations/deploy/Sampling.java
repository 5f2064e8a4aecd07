package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Pace;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerMeter.Reading;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Samples what a target uses while somebody looks at it, for whatever other reason. */
final class Sampling {
  private static final Duration APART = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(3);

  private final Pace pace;
  private final Supplier<Answer<List<Reading>>> source;
  private final SortedMap<String, UsageSamples> services = new TreeMap<>();
  private boolean known = true;
  private boolean asked;
  private long last;

  /**
   * @param source what each container has used by now; asked again only while it knows
   */
  Sampling(Pace pace, Supplier<Answer<List<Reading>>> source) {
    this.pace = pace;
    this.source = source;
  }

  /**
   * Takes a sample, unless the last one is a moment old. What took long to be told is none: nobody
   * knows of which moment it is.
   */
  void take() {
    long begun = pace.nanoTime();
    if (!known || (asked && begun - last < APART.toNanos())) {
      return;
    }
    asked = true;
    last = begun;
    List<Reading> readings =
        source.get() instanceof Answer.Ok<List<Reading>>(List<Reading> all) ? all : List.of();
    known = !readings.isEmpty();
    // Engines count at moments of their own, and answer then.
    long told = pace.nanoTime();
    if (told - begun <= LONG.toNanos()) {
      add(told, readings);
    }
  }

  private void add(long nanos, List<Reading> readings) {
    readings.stream()
        .collect(Collectors.groupingBy(Reading::service))
        .forEach((service, own) ->
            services
                .computeIfAbsent(service.orElse(""), _ -> new UsageSamples(service))
                .add(nanos, own));
  }

  /** The samples of each service, by their names. */
  List<UsageSamples> services() {
    return List.copyOf(services.values());
  }
}
