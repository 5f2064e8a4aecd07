package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.console.Metrics;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord.DeadLetter;
import dev.opsagent.execution.JournalRecord.Escalated;
import dev.opsagent.kafka.BusSettings;
import dev.opsagent.kafka.RefusalNotices;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Severity;
import dev.opsagent.protocol.Escalation.Status;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {
  private static final int PARTITIONS = 3;
  private static final Target WORKER = new Target("local", "ops-agent");
  private static final Failure BROKEN =
      Failure.of(ReasonCode.CONFIGURATION, "open it", "it is broken", "mend it");

  private final Metrics metrics = new Metrics();
  private final RefusalNotices notices =
      new RefusalNotices(
          BusSettings.of(Map.of(), Topics.DEFAULT, "group", "worker"),
          PARTITIONS,
          WORKER,
          InstantSource.system());
  private final Telemetry telemetry = new Telemetry(metrics, notices, PARTITIONS);

  @AfterEach
  void end() throws Exception {
    notices.close();
  }

  @Test
  void aPartitionThatAnotherWorkerHasIsToldByThatOneAlone() {
    telemetry.assigned(Set.of(0, 1));
    telemetry.opened(0, Duration.ofMillis(3));
    telemetry.lag(0, Input.TASKS, 5);
    telemetry.lag(1, Input.TASKS, 7);
    telemetry.refused(1, BROKEN);
    assertThat(metrics.scrape())
        .contains(
            "ops_agent_partitions 2.0",
            "ops_agent_partitions_open 1.0",
            "ops_agent_partitions_refused 1.0",
            "ops_agent_partitions_all 3.0",
            "ops_agent_lag_records 12.0");

    telemetry.assigned(Set.of(1));
    assertThat(metrics.scrape())
        .contains(
            "ops_agent_partitions 1.0",
            "ops_agent_partitions_open 0.0",
            "ops_agent_partitions_refused 1.0",
            "ops_agent_lag_records 7.0");

    telemetry.assigned(Set.of());
    assertThat(metrics.scrape())
        .contains("ops_agent_partitions_refused 0.0", "ops_agent_lag_records 0.0");
    assertThat(telemetry.refusals()).isEmpty();
  }

  @Test
  void aPartitionThatWasAddedIsToldByEveryWorker() {
    telemetry.refused(PARTITIONS, BROKEN);
    telemetry.assigned(Set.of(0));

    assertThat(telemetry.refusals()).hasSize(1);
  }

  @Test
  void aPartitionThatIsRestoredIsNotOpenMeanwhile() {
    telemetry.assigned(Set.of(0));
    telemetry.opened(0, Duration.ofMillis(3));
    telemetry.journalLost(0, "fenced");

    assertThat(metrics.scrape())
        .contains("ops_agent_partitions_open 0.0", "ops_agent_journals_lost_total 1.0");
  }

  @Test
  void escalationsAreCountedByTriggerAndFromZero() {
    assertThat(metrics.scrape())
        .contains(
            "ops_agent_escalations_total{trigger=\"security-incident\"} 0.0",
            "ops_agent_dead_letters_total 0.0");

    telemetry.recorded(new Escalated(escalation(Trigger.SECURITY_INCIDENT)));
    telemetry.recorded(new DeadLetter(Optional.empty(), Optional.empty(), Map.of()));

    assertThat(metrics.scrape())
        .contains(
            "ops_agent_escalations_total{trigger=\"security-incident\"} 1.0",
            "ops_agent_escalations_total{trigger=\"outage\"} 0.0",
            "ops_agent_dead_letters_total 1.0");
  }

  @Test
  void aMessageFromTheFutureHasNotWaited() {
    telemetry.read(Input.TASKS, Duration.ofSeconds(-2));

    assertThat(metrics.scrape()).contains("ops_agent_input_wait_seconds_sum{input=\"tasks\"} 0.0");
  }

  private static Escalation escalation(Trigger trigger) {
    return new Escalation(
        "id",
        trigger,
        Severity.CRITICAL,
        Status.OPEN,
        WORKER,
        Optional.empty(),
        "something",
        List.of(),
        List.of(),
        "",
        1,
        Instant.EPOCH);
  }
}
