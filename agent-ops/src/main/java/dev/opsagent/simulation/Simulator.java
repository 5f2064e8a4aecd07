package dev.opsagent.simulation;

import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Drives the real engine through schedules of tasks, messages and faults, each made of its seed
 * alone, and holds it to what it promises. The same seed always gives the same schedule.
 */
public final class Simulator implements AutoCloseable {
  private final Faulty faulty;
  private final Threads threads = new Threads();

  /** A simulator of the engine as it is. */
  public Simulator() {
    this(Faulty.NOT);
  }

  Simulator(Faulty faulty) {
    this.faulty = faulty;
  }

  /**
   * A schedule in which a rule was broken.
   *
   * @param rule which one, and by what
   * @param trace what happened, one line each, with the virtual time in seconds
   */
  public record Violation(long seed, String rule, List<String> trace) {
    public Violation {
      trace = List.copyOf(trace);
    }

    /** The command that shows it again. */
    public String command() {
      return "./ops-agent simulate --seed " + seed;
    }

    /** Everything there is to say. */
    public String text() {
      return "seed %d: %s\n%s\nagain: %s"
          .formatted(seed, rule, String.join("\n", trace), command());
    }
  }

  /**
   * What schedules were made of: proof that their faults bit.
   *
   * @param entries journal entries that were committed
   * @param effects how often something was done or undone
   * @param openings how often a process opened the partition
   * @param faults faults that hit something
   * @param decisions how often a person was asked
   */
  public record Counts(
      long schedules,
      long tasks,
      long entries,
      long effects,
      long openings,
      long faults,
      long decisions) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0);

    Counts plus(Counts more) {
      return new Counts(
          schedules + more.schedules,
          tasks + more.tasks,
          entries + more.entries,
          effects + more.effects,
          openings + more.openings,
          faults + more.faults,
          decisions + more.decisions);
    }
  }

  /**
   * What many schedules came to.
   *
   * @param violation the first one; the schedules after it were not run
   */
  public record Result(Counts counts, Optional<Violation> violation) {}

  /** One schedule, told in full. */
  public record Told(Counts counts, List<String> trace, Optional<Violation> violation) {
    public Told {
      trace = List.copyOf(trace);
    }
  }

  /**
   * Runs the schedules of consecutive seeds, up to the first violation.
   *
   * @param progress told of each schedule that passed, by its seed
   */
  public Result run(long from, long seeds, LongConsumer progress) {
    Counts counts = Counts.NONE;
    try (Silence _ = new Silence()) {
      for (long seed = from; seed < from + seeds; seed++) {
        Simulation simulation = new Simulation(seed, faulty, threads, false);
        boolean passed = simulation.run().isEmpty();
        counts = counts.plus(simulation.counts());
        if (!passed) {
          return new Result(counts, tell(seed).violation());
        }
        progress.accept(seed);
      }
    }
    return new Result(counts, Optional.empty());
  }

  /** Runs one schedule, and keeps what happens; the engine logs as it always does. */
  public Told tell(long seed) {
    Simulation simulation = new Simulation(seed, faulty, threads, true);
    Optional<Violation> violation = simulation.run();
    return new Told(simulation.counts(), simulation.traceLines(), violation);
  }

  @Override
  public void close() {
    threads.close();
  }
}
