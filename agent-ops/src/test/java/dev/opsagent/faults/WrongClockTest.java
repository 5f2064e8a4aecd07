package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clocks that are wrong, or become so, by an hour either way. */
final class WrongClockTest {
  private static final Duration MUCH = Duration.ofMinutes(50);
  private static final Duration LITTLE = Duration.ofMinutes(2);

  @TempDir Path folder;
  private final InstantSource truth = InstantSource.system();

  @ParameterizedTest
  @ValueSource(ints = {1, -1})
  void fault_22_deadlines_run_by_monotonic_time_when_the_clock_jumps(int hours) {
    try (Fleet fleet = Fleet.create(folder, Fleet.Layout.shared())) {
      WrongClock clock = WrongClock.off(folder.resolve("clock"), Duration.ZERO);
      fleet.startWorker(clock.start(fleet)).awaitReady();
      fleet.send(
          Orders.order(
              "patient", "patient", Duration.ofMinutes(5), Cue.of("two", Behaviour.WAITS, "go")));
      fleet.send(
          Orders.order("hangs", "hangs", Duration.ofSeconds(10), Cue.of("two", Behaviour.HANGS)));
      fleet.awaitEffect("patient", "two", Kind.BEGIN);
      fleet.awaitEffect("hangs", "two", Kind.BEGIN);

      clock.set(Duration.ofHours(hours));
      Instant jumped = truth.instant();
      StatusReport late = fleet.await("hangs");
      fleet.world.signal("go");
      StatusReport end = fleet.await("patient");

      assertThat(late.state()).isEqualTo(TaskState.EXPIRED);
      assertThat(Duration.between(jumped, truth.instant())).isLessThan(LITTLE);
      assertThat(Duration.between(truth.instant(), late.at()).abs()).isGreaterThan(MUCH);
      assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(fleet.run(Orders.order("next", "patient")).state()).isEqualTo(TaskState.SUCCEEDED);
      theAuditIsInOrder(fleet, hours);
      Books.agree(fleet);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1})
  void fault_22_what_is_left_of_the_time_moves_to_a_worker_whose_clock_is_wrong(int hours) {
    try (Fleet fleet = Fleet.create(folder, Fleet.Layout.shared())) {
      WrongClock clock = WrongClock.off(folder.resolve("clock"), Duration.ofHours(hours));
      WorkerProcess first = fleet.startWorker().awaitReady();
      fleet.send(
          Orders.order(
              "patient", "patient", Duration.ofMinutes(5), Cue.of("two", Behaviour.WAITS, "go")));
      fleet.send(
          Orders.order("hangs", "hangs", Duration.ofSeconds(10), Cue.of("two", Behaviour.HANGS)));
      fleet.awaitEffect("patient", "two", Kind.BEGIN);
      fleet.awaitEffect("hangs", "two", Kind.BEGIN);

      first.kill();
      Instant killed = truth.instant();
      fleet.startWorker(clock.start(fleet)).awaitReady();
      StatusReport late = fleet.await("hangs");
      fleet.world.signal("go");
      StatusReport end = fleet.await("patient");

      assertThat(late.state()).isEqualTo(TaskState.EXPIRED);
      assertThat(Duration.between(killed, truth.instant())).isLessThan(LITTLE);
      assertThat(Duration.between(truth.instant(), late.at()).abs()).isGreaterThan(MUCH);
      assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
      theAuditIsInOrder(fleet, hours);
      Books.agree(fleet);
    }
  }

  /** The chain is whole, though the times that it tells go back. */
  private static void theAuditIsInOrder(Fleet fleet, int hours) {
    List<AuditRecord> records = fleet.bus.audit("hangs");
    Duration told = Duration.between(records.getFirst().at(), records.getLast().at());
    assertThat(told.isNegative()).isEqualTo(hours < 0);
    assertThat(records.getFirst().kind()).isEqualTo("accepted");
    assertThat(records.getLast().kind()).isEqualTo("ended");
  }
}
