package dev.opsagent.simulation;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.execution.EngineListener;
import dev.opsagent.execution.Gate;
import dev.opsagent.execution.Guards;
import dev.opsagent.execution.IndexFill;
import dev.opsagent.execution.Journal;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.execution.LedgerFold;
import dev.opsagent.execution.PartitionEngine;
import dev.opsagent.execution.PlanAuthority;
import dev.opsagent.operations.rehearsal.RehearsalOperation;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.simulation.Scenario.Sent;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The partition in the hands of one process, from its assignment to its end: opening, the engine,
 * and the records that reach it. What the group decides meanwhile it learns late, or never.
 */
final class Seat implements Weather, SimulatedStep.Hands {
  private static final Duration SESSION = Duration.ofSeconds(10);
  private static final Duration MARGIN = Duration.ofSeconds(3);
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Duration FULL = Duration.ofSeconds(30);

  private final SimulatedProcess process;
  private final Simulation simulation;
  private final Fleet fleet;
  private final Map<Input, Long> next = new EnumMap<>(Input.class);
  private final Set<Input> delivering = EnumSet.noneOf(Input.class);
  private Optional<SimulatedJournal> journal = Optional.empty();
  private Optional<PartitionEngine> engine = Optional.empty();
  private Optional<LedgerFold> appended = Optional.empty();
  private OptionalLong silentSince = OptionalLong.empty();
  private boolean leaving;
  private boolean over;

  Seat(SimulatedProcess process, Simulation simulation, Fleet fleet) {
    this.process = process;
    this.simulation = simulation;
    this.fleet = fleet;
  }

  @Override
  public SimulatedProcess process() {
    return process;
  }

  @Override
  public World world() {
    return simulation.world();
  }

  /** Neither group nor brokers hear of it from now on. */
  void silence() {
    silentSince = OptionalLong.of(silentSince.orElse(process.nanoTime()));
  }

  /** They hear of it again, and the partition is still its own. */
  void heardAgain() {
    silentSince = OptionalLong.empty();
  }

  boolean expired() {
    return silentFor(SESSION);
  }

  private boolean silentFor(Duration duration) {
    return silentSince.isPresent()
        && process.nanoTime() - silentSince.getAsLong() >= duration.toNanos();
  }

  @Override
  public boolean leaseHolds() {
    return !over && !silentFor(SESSION.minus(MARGIN));
  }

  @Override
  public Duration latency() {
    return simulation.dice().chance(8)
        ? simulation.dice().millis(2_000)
        : simulation.dice().millis(20);
  }

  @Override
  public int most() {
    return simulation.dice().chance(2) ? 1 : Integer.MAX_VALUE;
  }

  @Override
  public Fate fate() {
    if (silentSince.isPresent()) {
      return Fate.DELAYED;
    }
    Fate fate = fleet.fate();
    if (fate == Fate.COMMITTED_DEAD || fate == Fate.OPEN_DEAD) {
      fleet.crash(process);
    }
    return fate;
  }

  /** Opens the partition, as soon as the lease holds. */
  void open() {
    if (over) {
      return;
    }
    if (!leaseHolds() || silentSince.isPresent()) {
      var _ = process.schedule(AGAIN, this::open);
      return;
    }
    simulation.trace(() -> process.name() + " opens");
    journal = Optional.of(new SimulatedJournal(simulation.ledger(), process, process, this));
    next.putAll(simulation.ledger().positions());
    var _ = process.schedule(simulation.dice().millis(300), this::restore);
  }

  private void restore() {
    if (over) {
      return;
    }
    Optional<List<Ledger>> lines = simulation.ledger().restore();
    if (lines.isEmpty()) {
      var _ = process.schedule(AGAIN, this::restore);
      return;
    }
    MemoryIndex known = new MemoryIndex();
    appended = Optional.of(fold(lines.orElseThrow()));
    PartitionEngine opened = new PartitionEngine(0, ports(known), simulation.settings());
    engine = Optional.of(opened);
    opened.restore(fold(lines.orElseThrow()));
    var _ =
        process.schedule(simulation.dice().millis(2_000), () -> fill(known, lines.orElseThrow()));
    simulation.trace(() -> process.name() + " restored " + lines.orElseThrow().size() + " records");
    simulation.books().restored();
    var _ = opened.ended().thenRun(this::ended);
    deliver();
  }

  private static LedgerFold fold(List<Ledger> lines) {
    LedgerFold fold = new LedgerFold();
    lines.forEach(line -> fold.add(line.key(), line.bytes()));
    return fold;
  }

  /** The index stands some time after the lanes go on. */
  private void fill(MemoryIndex known, List<Ledger> lines) {
    IndexFill fill = new IndexFill(known);
    lines.forEach(line -> fill.add(line.key(), line.bytes()));
    engine.orElseThrow().indexed();
    deliver();
  }

  private PartitionEngine.Ports ports(MemoryIndex known) {
    RehearsalOperation rehearsal =
        new RehearsalOperation("push", simulation.scenario().plan(), this::step);
    SimulatedOperation operation =
        new SimulatedOperation(rehearsal, simulation.scenario(), process);
    return new PartitionEngine.Ports(
        simulation.faulty().journal(new Watched(journal.orElseThrow())),
        known,
        new AuditChain(),
        Map.of(operation.name(), operation),
        PlanAuthority.ANY,
        Gate.OPEN,
        process,
        process,
        attempt -> Duration.ofSeconds(attempt).plus(simulation.dice().millis(1000)),
        Guards.NONE,
        taskId -> process.disk().removeIf(key -> key.startsWith(taskId + "/")),
        (_, _, _) -> {},
        EngineListener.NONE);
  }

  private dev.opsagent.execution.Step step(TaskDispatch task, PlannedStep planned) {
    Script script = simulation.scenario().script(task.taskId(), planned.name());
    return simulation.faulty().step(new SimulatedStep(task, planned, script, this));
  }

  /** Follows what is appended, to hold the engine's memory to it. */
  private final class Watched implements Journal {
    private final SimulatedJournal actual;

    Watched(SimulatedJournal actual) {
      this.actual = actual;
    }

    @Override
    public void append(Entry entry, java.util.function.Consumer<Appended> done) {
      entry.records().stream()
          .filter(Ledger.class::isInstance)
          .map(Ledger.class::cast)
          .forEach(line -> appended.orElseThrow().add(line.key(), line.bytes()));
      actual.append(
          entry,
          outcome -> {
            compare();
            done.accept(outcome);
            if (outcome == Appended.LOST) {
              lost("its journal is lost");
            }
          });
    }

    @Override
    public void check() {
      actual.check();
    }
  }

  private void compare() {
    engine
        .orElseThrow()
        .differsFrom(appended.orElseThrow())
        .ifPresent(difference -> simulation.broken("memory and ledger differ: " + difference));
  }

  /** Hands on what has come in. */
  void deliver() {
    for (Input input : Input.values()) {
      if (engine.isPresent() && !over && !leaving && delivering.add(input)) {
        var _ = process.schedule(simulation.dice().millis(200), () -> deliver(input));
      }
    }
  }

  private void deliver(Input input) {
    delivering.remove(input);
    Consumed place = new Consumed(input, next.getOrDefault(input, 0L));
    if (over
        || leaving
        || silentSince.isPresent()
        || place.offset() >= simulation.inputs().count(input)) {
      return;
    }
    if (engine.orElseThrow().full(input)) {
      var _ = process.schedule(FULL, this::deliver);
      return;
    }
    next.put(input, place.offset() + 1);
    Sent sent = simulation.inputs().get(place);
    simulation.trace(() -> process.name() + " takes " + sent.message());
    hand(sent, place);
    deliver();
  }

  private void hand(Sent sent, Consumed place) {
    switch (sent.message()) {
      case TaskDispatch order ->
          engine.orElseThrow().dispatch(order, sent.digest(), Optional.empty(), place);
      case ControlMessage control -> engine.orElseThrow().control(control, place);
      default -> throw new IllegalStateException("nobody sends " + sent);
    }
  }

  /** Lets go in good order. */
  void handOver(Duration grace) {
    if (engine.isEmpty()) {
      lost("it was handed over");
      return;
    }
    simulation.trace(() -> process.name() + " hands over");
    leaving = true;
    var _ = engine.orElseThrow().close(grace);
  }

  /** The partition is, or may be, another process's. */
  void lost(String why) {
    if (over) {
      return;
    }
    over = true;
    simulation.trace(() -> process.name() + " loses the partition: " + why);
    journal.ifPresent(SimulatedJournal::lose);
    engine.ifPresent(PartitionEngine::lost);
    fleet.left(this);
  }

  private void ended() {
    boolean expected = over || leaving || journal.orElseThrow().lost();
    if (!expected) {
      simulation.broken("the engine stopped by itself, as it does for a bug");
    }
    lost("its engine has ended");
  }

  @Override
  public void begins(TaskDispatch task, PlannedStep step) {
    simulation.books().begins(task, step);
  }

  @Override
  public void does(TaskDispatch task, PlannedStep step) {
    String key = World.key(task, step);
    simulation.trace(() -> process.name() + " does " + key);
    simulation.books().acts(task, step, Outcome.STARTED, journal.orElseThrow().fenced());
    if (!world().make(key)) {
      simulation.broken(key + " was done twice");
    }
    if (deploys(step)) {
      world().deploy(task.target().key(), task.taskId());
    }
  }

  @Override
  public void undoes(TaskDispatch task, PlannedStep step) {
    String key = World.key(task, step);
    simulation.trace(() -> process.name() + " undoes " + key);
    simulation.books().acts(task, step, Outcome.UNDOING, journal.orElseThrow().fenced());
    world().takeBack(key);
    if (deploys(step)) {
      world().withdraw(task.target().key(), task.taskId());
    }
  }

  private static boolean deploys(PlannedStep step) {
    return step.effects().stream()
        .anyMatch(effect -> effect.kind() == dev.opsagent.authority.Effect.Kind.DEPLOYMENT);
  }
}
