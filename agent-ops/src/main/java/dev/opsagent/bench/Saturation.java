package dev.opsagent.bench;

import dev.opsagent.bench.Comparison.Goal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** As many tasks as can be, with never too few waiting. */
final class Saturation {
  /** Waiting tasks at which no lane ever stands still. */
  static final int OPEN = 4096;

  private final Scale scale;
  private final Consumer<String> progress;

  /** One run. */
  private record Run(double tasksPerSecond, double processorMicros) {}

  Saturation(Scale scale, Consumer<String> progress) {
    this.scale = scale;
    this.progress = progress;
  }

  List<Comparison> measure(Side agent, Side floor, Clock clock) {
    List<Run> ours = new ArrayList<>();
    List<Run> theirs = new ArrayList<>();
    for (int run = 1; run <= scale.rounds() && clock.goesOn(run); run++) {
      ours.add(run(agent, run));
      theirs.add(run(floor, run));
    }
    return List.of(
        new Comparison(
            "throughput_ratio",
            "saturation, %d tasks waiting".formatted(OPEN),
            "tasks/s",
            new Goal.AtLeast(0.8),
            "floor",
            ours.stream().map(Run::tasksPerSecond).toList(),
            theirs.stream().map(Run::tasksPerSecond).toList()),
        new Comparison(
            "processor_ratio",
            "  processor time of a task",
            "µs",
            Comparison.NO_GOAL,
            "floor",
            ours.stream().map(Run::processorMicros).toList(),
            theirs.stream().map(Run::processorMicros).toList()));
  }

  private Run run(Side side, int number) {
    long before = side.load().ended();
    Duration used = side.process().processorTime();
    double rate = side.load().saturate(OPEN, scale.ramp(), scale.window());
    side.load().drain();
    double micros =
        side.process().processorTime().minus(used).toNanos()
            / 1000.0
            / (side.load().ended() - before);
    progress.accept(
        "saturation, %s, run %d: %.0f tasks/s, %.0f µs of processor time per task"
            .formatted(side.name(), number, rate, micros));
    return new Run(rate, micros);
  }

  /**
   * Throughput while 1, 10 and 100 times as many tasks wait. Leaves the last of them waiting: the
   * worker must be ended.
   */
  Comparison backlog(Side agent, Clock clock) {
    List<Double> short1 = backlog(agent, 1, clock);
    backlog(agent, 10, clock);
    List<Double> long100 = backlog(agent, 100, clock);
    return new Comparison(
        "backlog_ratio",
        "saturation, 100 times as many waiting",
        "tasks/s",
        new Goal.AtLeast(0.95),
        "once as many",
        long100,
        short1);
  }

  private List<Double> backlog(Side agent, int times, Clock clock) {
    int open = scale.backlog() * times;
    List<Double> rates = new ArrayList<>();
    agent.load().fill(open);
    for (int run = 1; run <= 2 && clock.goesOn(run); run++) {
      double rate = agent.load().saturate(open, scale.ramp().dividedBy(2), scale.window());
      progress.accept("backlog of %d tasks, run %d: %.0f tasks/s".formatted(open, run, rate));
      rates.add(rate);
    }
    return rates;
  }
}
