package dev.opsagent.cli;

import dev.opsagent.bench.Comparison;
import dev.opsagent.bench.KnownIds;
import dev.opsagent.bench.Starts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Prints what was measured. */
final class BenchReport {
  private static final double GOAL_SECONDS = 1.5;
  private static final double GOAL_MB = 200;

  private final Surroundings around;
  private final Format format;

  BenchReport(Surroundings around, Format format) {
    this.around = around;
    this.format = format;
  }

  /** What {@code bench start} prints. */
  record Measured(
      double medianReadySeconds,
      double goalReadySeconds,
      double medianIdleMb,
      double goalIdleMb,
      List<Starts.Run> runs) {}

  int print(List<Comparison> results) {
    Map<String, Double> figures = new LinkedHashMap<>();
    results.forEach(it -> figures.put(it.key(), rounded(it.result())));
    new Printer(around, format).last(figures, () -> Comparison.table(results));
    return ExitCode.SUCCEEDED.code();
  }

  private static double rounded(double figure) {
    return Math.round(figure * 1000) / 1000.0;
  }

  int starts(List<Starts.Run> runs) {
    Measured measured =
        new Measured(
            median(runs, Starts.Run::readySeconds),
            GOAL_SECONDS,
            median(runs, Starts.Run::idleMb),
            GOAL_MB,
            runs);
    String time =
        "start to ready: %.2f s (median of %d; goal: at most %.1f s)"
            .formatted(measured.medianReadySeconds(), runs.size(), GOAL_SECONDS);
    String memory =
        "idle memory:    %.0f MB resident (goal: at most %.0f MB)"
            .formatted(measured.medianIdleMb(), GOAL_MB);
    new Printer(around, format).result(measured, () -> List.of(time, memory));
    return ExitCode.SUCCEEDED.code();
  }

  int deployments(DeployBench.Measured measured) {
    new Printer(around, format).last(measured, measured::lines);
    return ExitCode.SUCCEEDED.code();
  }

  int index(KnownIds.Measured measured) {
    String filled =
        "filled: %,d ids, %,d a second; opened again in %d ms; %d MB on disk, %d MB of heap"
            .formatted(
                measured.ids(),
                measured.fillPerSecond(),
                measured.openMillis(),
                measured.fileMb(),
                measured.heapMb());
    String lookUp =
        "look-up: p50 %.1f µs, p99 %.1f µs (goal: at most 50 µs)"
            .formatted(measured.p50Micros(), measured.p99Micros());
    new Printer(around, format).result(measured, () -> List.of(filled, lookUp));
    return ExitCode.SUCCEEDED.code();
  }

  private static double median(List<Starts.Run> runs, ToDoubleFunction<Starts.Run> figure) {
    return rounded(Comparison.median(runs.stream().mapToDouble(figure).boxed().toList()));
  }
}
