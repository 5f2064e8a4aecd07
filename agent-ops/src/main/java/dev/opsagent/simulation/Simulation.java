package dev.opsagent.simulation;

import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.execution.PartitionSettings;
import dev.opsagent.simulation.Scenario.Fault;
import dev.opsagent.simulation.Scenario.Sent;
import dev.opsagent.simulation.Simulator.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One schedule, from its seed to its verdict. */
final class Simulation {
  /** Long enough for every task to wait for every decision there is. */
  private static final Duration HORIZON = Duration.ofDays(30);

  /** What goes on after the last task has ended must change nothing. */
  private static final Duration AFTERMATH = Duration.ofHours(4);

  private static final PartitionSettings SETTINGS =
      new PartitionSettings(
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          Duration.ofMinutes(5),
          3,
          Duration.ofDays(15),
          3,
          Duration.ofSeconds(5),
          Optional.empty());

  private final long seed;
  private final Scenario scenario;
  private final Faulty faulty;
  private final Threads threads;
  private final Dice dice;
  private final VirtualTime time;
  private final World world = new World();
  private final Inputs inputs = new Inputs();
  private final SimulatedLedger ledger;
  private final Books books;
  private final Fleet fleet;
  private final Person person;
  private final List<String> trace = new ArrayList<>();
  private final boolean traced;
  private Optional<String> violation = Optional.empty();
  private int entries;

  Simulation(long seed, Faulty faulty, Threads threads, boolean traced) {
    this.seed = seed;
    this.faulty = faulty;
    this.threads = threads;
    this.traced = traced;
    this.dice = new Dice(seed);
    this.scenario = Scenario.of(dice.split());
    this.time = new VirtualTime(dice.split()::below);
    this.books = new Books(scenario, inputs, SETTINGS, time, world, this::broken);
    this.ledger = new SimulatedLedger(this::committed);
    this.fleet = new Fleet(this);
    this.person = new Person(this);
  }

  /** Runs the schedule; the violation when a rule was broken. */
  Optional<Violation> run() {
    for (Sent sent : scenario.messages()) {
      var _ = time.schedule(sent.at(), () -> send(sent));
    }
    for (Fault fault : scenario.faults()) {
      var _ = time.schedule(fault.at(), () -> fleet.strike(fault));
    }
    fleet.start();
    threads.run(time, HORIZON, () -> violation.isPresent() || finished());
    if (violation.isEmpty()) {
      books.close(ledger.positions());
    }
    return violation.map(rule -> new Violation(seed, rule, trace));
  }

  private long completeSince = -1;

  private boolean finished() {
    if (!books.complete() || time.nanoTime() < Scenario.BUSY.toNanos()) {
      completeSince = -1;
      return false;
    }
    if (completeSince < 0) {
      completeSince = time.nanoTime();
    }
    return time.nanoTime() - completeSince > AFTERMATH.toNanos();
  }

  /** Somebody sends a message. */
  void send(Sent sent) {
    inputs.append(sent);
    fleet.arrived();
  }

  private void committed(Entry entry) {
    entries++;
    if (traced) {
      entry.records().forEach(record -> Trace.line(record).ifPresent(line -> trace(() -> line)));
    }
    books.committed(entry);
    for (JournalRecord record : entry.records()) {
      if (record instanceof JournalRecord.Status status) {
        person.sees(status.report());
      }
    }
  }

  /** A rule is broken; the first one counts. */
  void broken(String rule) {
    if (violation.isEmpty()) {
      violation = Optional.of(rule);
      trace(() -> "VIOLATION: " + rule);
    }
  }

  void trace(Supplier<String> line) {
    if (traced) {
      trace.add("%12.3f  %s".formatted(time.nanoTime() / 1e9, line.get()));
    }
  }

  Dice dice() {
    return dice;
  }

  VirtualTime time() {
    return time;
  }

  Threads threads() {
    return threads;
  }

  Scenario scenario() {
    return scenario;
  }

  Faulty faulty() {
    return faulty;
  }

  PartitionSettings settings() {
    return SETTINGS;
  }

  World world() {
    return world;
  }

  Inputs inputs() {
    return inputs;
  }

  SimulatedLedger ledger() {
    return ledger;
  }

  Books books() {
    return books;
  }

  Simulator.Counts counts() {
    return new Simulator.Counts(
        1,
        books.tasks().size(),
        entries,
        world.effects(),
        fleet.takeovers(),
        fleet.bitten(),
        books.decisions());
  }

  List<String> traceLines() {
    return trace;
  }
}
