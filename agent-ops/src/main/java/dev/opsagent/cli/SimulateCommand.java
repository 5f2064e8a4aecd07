package dev.opsagent.cli;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.simulation.Simulator;
import dev.opsagent.simulation.Simulator.Counts;
import dev.opsagent.simulation.Simulator.Result;
import dev.opsagent.simulation.Simulator.Told;
import dev.opsagent.simulation.Simulator.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "simulate",
    description = "Drives the engine through random schedules of work and faults, in memory.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A schedule is made of its seed alone: tasks, repeated and late messages, crashes",
      "after any journal record, takeovers, lost replies, slow and failing tools, cancels",
      "and deadlines. After each one nothing may be lost, done twice or out of order.",
      "Needs no broker.",
      "",
      "Examples:",
      "  ops-agent simulate --seeds 100000",
      "  ops-agent simulate --seeds 5000 --from 1000001 --json",
      "  ops-agent simulate --seed 4711"
    })
final class SimulateCommand implements Callable<Integer> {
  private static final Duration HEARTBEAT = Duration.ofSeconds(30);

  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Schedules to run (10000).")
  private long seeds;

  @Option(
      names = "--from",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "The first seed (1).")
  private long from;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Only this one, with all that happens in it.")
  private @Nullable Long seed;

  SimulateCommand(Surroundings around) {
    this.around = around;
  }

  /** What many schedules came to. */
  record Summary(
      long from,
      long to,
      double seconds,
      long schedulesPerMinute,
      Counts counts,
      Optional<String> violation,
      Optional<String> again) {}

  @Override
  public Integer call() {
    if (seeds < 1) {
      throw CommandFailed.usage("simulate", "--seeds is less than 1", "give at least 1");
    }
    try (Simulator simulator = new Simulator()) {
      return seed == null ? many(simulator) : one(simulator, seed);
    }
  }

  private int one(Simulator simulator, long which) {
    Told told = simulator.tell(which);
    new Printer(around, output.format()).result(told, told::trace);
    return verdict(told.violation());
  }

  private int many(Simulator simulator) {
    Instant began = around.clock().instant();
    Result result = simulator.run(from, seeds, new Heartbeat(began)::passed);
    Duration took = Duration.between(began, around.clock().instant());
    Summary summary = summary(result, took);
    new Printer(around, output.format()).result(summary, () -> lines(summary));
    return verdict(result.violation());
  }

  private Summary summary(Result result, Duration took) {
    double seconds = Math.max(1, took.toMillis()) / 1000.0;
    long run = result.counts().schedules();
    return new Summary(
        from,
        from + run - 1,
        seconds,
        Math.round(run / seconds * 60),
        result.counts(),
        result.violation().map(Violation::rule),
        result.violation().map(Violation::command));
  }

  private static List<String> lines(Summary summary) {
    Counts counts = summary.counts();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d schedules, seeds %d to %d, in %.1f s: %d a minute"
            .formatted(
                counts.schedules(),
                summary.from(),
                summary.to(),
                summary.seconds(),
                summary.schedulesPerMinute()));
    lines.add(
        "%d tasks, %d journal entries, %d effects made or undone"
            .formatted(counts.tasks(), counts.entries(), counts.effects()));
    lines.add(
        "%d faults struck, %d openings of the partition, %d questions to a person"
            .formatted(counts.faults(), counts.openings(), counts.decisions()));
    if (summary.violation().isEmpty()) {
      lines.add("no rule was broken");
    }
    return lines;
  }

  private int verdict(Optional<Violation> violation) {
    if (violation.isEmpty()) {
      return ExitCode.SUCCEEDED.code();
    }
    Violation found = violation.orElseThrow();
    if (seed == null && !output.format().forPrograms()) {
      around.err().println(String.join("\n", found.trace()));
    }
    throw new CommandFailed(
        ExitCode.FAILED,
        Failure.of(
            ReasonCode.INTERNAL,
            "hold the engine to its promises with seed " + found.seed(),
            found.rule(),
            "see it again: " + found.command()));
  }

  /** Says now and then how far it is. */
  private final class Heartbeat {
    private final Instant began;
    private Instant spoken;

    Heartbeat(Instant began) {
      this.began = began;
      this.spoken = began;
    }

    void passed(long which) {
      Instant now = around.clock().instant();
      if (now.isBefore(spoken.plus(HEARTBEAT))) {
        return;
      }
      spoken = now;
      around
          .err()
          .println(
              "%d of %d schedules passed after %d s"
                  .formatted(which - from + 1, seeds, Duration.between(began, now).toSeconds()));
    }
  }
}
