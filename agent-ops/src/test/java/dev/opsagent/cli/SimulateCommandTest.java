package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SimulateCommandTest {
  private final TestingCall call = new TestingCall();

  @Test
  void runsSchedulesAndSaysWhatTheyWereMadeOf() {
    assertThat(call.execute("simulate", "--seeds", "20", "--from", "7")).isZero();
    assertThat(call.out())
        .contains("20 schedules, seeds 7 to 26, in ", " a minute", "no rule was broken");
  }

  @Test
  void printsOneDocumentForPrograms() {
    assertThat(call.execute("simulate", "--seeds", "20", "--json")).isZero();

    JsonNode summary = Json.readTree(call.out().getBytes(StandardCharsets.UTF_8));
    assertThat(summary.get("counts").get("schedules").asInt()).isEqualTo(20);
    assertThat(summary.get("schedulesPerMinute").asLong()).isPositive();
    assertThat(summary.get("violation")).isNull();
  }

  @Test
  void tellsOneScheduleInFull() {
    assertThat(call.execute("simulate", "--seed", "7")).isZero();
    assertThat(call.out()).contains(" opens", " ACCEPTED", "audit 1 ");
  }

  @Test
  void refusesToRunNothing() {
    assertThat(call.execute("simulate", "--seeds", "0")).isEqualTo(2);
    assertThat(call.err()).contains("--seeds is less than 1");
  }
}
