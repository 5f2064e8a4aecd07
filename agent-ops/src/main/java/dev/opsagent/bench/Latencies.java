package dev.opsagent.bench;

import dev.opsagent.bench.Comparison.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** From when a task should have been sent to when its end report was seen, at steady rates. */
final class Latencies {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int RATE_OF_THE_GOAL = 200;

  private final Scale scale;
  private final Consumer<String> progress;

  /** One run. */
  private record Run(double p50, double p99) {}

  Latencies(Scale scale, Consumer<String> progress) {
    this.scale = scale;
    this.progress = progress;
  }

  List<Comparison> measure(Side agent, Side floor, Clock clock) {
    List<Comparison> results = new ArrayList<>();
    for (int rate : List.of(RATE_OF_THE_GOAL, 20, 1000)) {
      results.addAll(atRate(rate, agent, floor, clock));
    }
    return results;
  }

  private List<Comparison> atRate(int rate, Side agent, Side floor, Clock clock) {
    List<Run> ours = new ArrayList<>();
    List<Run> theirs = new ArrayList<>();
    int rounds = rate == RATE_OF_THE_GOAL ? scale.rounds() : scale.rounds() - 1;
    for (int run = 1; run <= rounds && clock.goesOn(run); run++) {
      ours.add(run(agent, rate, run));
      theirs.add(run(floor, rate, run));
    }
    boolean counts = rate == RATE_OF_THE_GOAL;
    String suffix = counts ? "_ratio" : "_at_%d_ratio".formatted(rate);
    return List.of(
        new Comparison(
            "p50" + suffix,
            "%d tasks/s: p50 to the end report".formatted(rate),
            "ms",
            counts ? new Goal.AtMost(1.3) : Comparison.NO_GOAL,
            "floor",
            ours.stream().map(Run::p50).toList(),
            theirs.stream().map(Run::p50).toList()),
        new Comparison(
            "p99" + suffix,
            "%d tasks/s: p99 to the end report".formatted(rate),
            "ms",
            counts ? new Goal.AtMost(1.5) : Comparison.NO_GOAL,
            "floor",
            ours.stream().map(Run::p99).toList(),
            theirs.stream().map(Run::p99).toList()));
  }

  private Run run(Side side, int rate, int number) {
    Histogram latencies = side.load().atRate(rate, scale.window());
    Run run =
        new Run(
            latencies.getValueAtPercentile(50) / NANOS_PER_MILLI,
            latencies.getValueAtPercentile(99) / NANOS_PER_MILLI);
    progress.accept(
        "%d tasks/s, %s, run %d: p50 %.1f ms, p99 %.1f ms, most %.1f ms"
            .formatted(
                rate,
                side.name(),
                number,
                run.p50(),
                run.p99(),
                latencies.getMaxValue() / NANOS_PER_MILLI));
    return run;
  }
}
