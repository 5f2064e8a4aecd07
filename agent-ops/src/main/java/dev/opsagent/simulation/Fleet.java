package dev.opsagent.simulation;

import dev.opsagent.simulation.Scenario.Fault;
import dev.opsagent.simulation.Weather.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The workers and the group that gives the partition to one of them; everything that goes wrong
 * with them goes wrong here.
 */
final class Fleet {
  private static final int SIZE = 2;
  private static final Duration SESSION = Duration.ofSeconds(10);
  private static final List<Fate> BAD =
      List.of(Fate.COMMITTED_UNKNOWN, Fate.ABORTED_UNKNOWN, Fate.COMMITTED_DEAD, Fate.OPEN_DEAD);

  private final Simulation simulation;
  private final List<SimulatedProcess> processes = new ArrayList<>();
  private Optional<Seat> owner = Optional.empty();
  private int commitFaults;
  private int started;
  private int takeovers;
  private int bitten;

  Fleet(Simulation simulation) {
    this.simulation = simulation;
    this.commitFaults = simulation.scenario().commitFaults();
  }

  int takeovers() {
    return takeovers;
  }

  /** Faults that hit something. */
  int bitten() {
    return bitten;
  }

  void start() {
    for (int i = 0; i < SIZE; i++) {
      startProcess(Set.of());
    }
    assign();
  }

  private void startProcess(Set<String> disk) {
    Duration skew = Duration.ofMillis(simulation.dice().millis(4_000).toMillis() - 2_000);
    String name = "w" + ++started;
    processes.add(new SimulatedProcess(name, simulation.time(), simulation.threads(), skew, disk));
  }

  private void assign() {
    if (owner.isPresent()) {
      return;
    }
    List<SimulatedProcess> fit =
        processes.stream().filter(it -> it.alive() && !it.stopped()).toList();
    if (fit.isEmpty()) {
      later(Duration.ofSeconds(1), this::assign);
      return;
    }
    SimulatedProcess process = simulation.dice().pick(fit);
    Seat seat = new Seat(process, simulation, this);
    owner = Optional.of(seat);
    takeovers++;
    var _ = process.schedule(simulation.dice().millis(500), seat::open);
  }

  private void later(Duration delay, Runnable what) {
    var _ = simulation.time().schedule(delay, what);
  }

  /** A message has come in. */
  void arrived() {
    owner.ifPresent(Seat::deliver);
  }

  /** The seat is given up, by its process's own account. */
  void left(Seat seat) {
    if (owner.filter(it -> it == seat).isPresent()) {
      owner = Optional.empty();
      later(simulation.dice().millis(500), this::assign);
    }
  }

  /** What becomes of the owner's next transaction. */
  Fate fate() {
    if (commitFaults == 0 || !simulation.dice().chance(12)) {
      return Fate.COMMITTED;
    }
    commitFaults--;
    bitten++;
    Fate fate = simulation.dice().pick(BAD);
    simulation.trace(() -> "a transaction is " + fate);
    return fate;
  }

  /** The process dies; another one starts, perhaps on the same disk. */
  void crash(SimulatedProcess process) {
    simulation.trace(() -> process.name() + " dies");
    process.kill();
    processes.remove(process);
    Set<String> disk = simulation.dice().chance(2) ? process.disk() : Set.of();
    later(simulation.dice().millis(20_000), () -> startProcess(disk));
    owner
        .filter(it -> it.process() == process)
        .ifPresent(seat -> later(SESSION, () -> expire(seat)));
  }

  /** The group gives the partition to somebody else. */
  private void expire(Seat seat) {
    if (owner.filter(it -> it == seat).isPresent()) {
      owner = Optional.empty();
      assign();
    }
  }

  void strike(Fault fault) {
    switch (fault.kind()) {
      case HANGING_TRANSACTION -> {
        bitten++;
        later(fault.lasts(), simulation.ledger().hang());
      }
      case COMPACTION -> simulation.ledger().compact();
      case CRASH, STOP, CUT_OFF, BROKERS_GONE, REBALANCE, JOURNAL_LOST, CLOCK_JUMP ->
          owner.ifPresent(seat -> strike(fault, seat));
    }
  }

  private void strike(Fault fault, Seat seat) {
    bitten++;
    simulation.trace(() -> fault.kind() + " strikes " + seat.process().name());
    switch (fault.kind()) {
      case CRASH -> crash(seat.process());
      case STOP -> {
        seat.process().stop(fault.lasts());
        silence(seat, fault.lasts());
      }
      case CUT_OFF -> silence(seat, fault.lasts());
      case BROKERS_GONE -> {
        seat.silence();
        later(fault.lasts(), () -> back(seat));
      }
      case REBALANCE -> seat.handOver(fault.lasts().dividedBy(10));
      case JOURNAL_LOST -> seat.lost("it says so");
      case CLOCK_JUMP -> {
        Duration hour = Duration.ofHours(1);
        seat.process().turnClock(simulation.dice().chance(2) ? hour : hour.negated());
      }
      case HANGING_TRANSACTION, COMPACTION -> throw new IllegalStateException("strikes no process");
    }
  }

  private void silence(Seat seat, Duration lasts) {
    seat.silence();
    later(
        SESSION,
        () -> {
          if (seat.expired()) {
            expire(seat);
          }
        });
    later(lasts, () -> back(seat));
  }

  /** The process is heard of again; when its partition is gone, it is told so some time later. */
  private void back(Seat seat) {
    if (owner.filter(it -> it == seat).isPresent()) {
      seat.heardAgain();
      seat.deliver();
      return;
    }
    var _ =
        seat.process()
            .schedule(simulation.dice().millis(5_000), () -> seat.lost("another process has it"));
  }
}
