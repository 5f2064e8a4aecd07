package dev.opsagent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KnownEventsTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  private final KnownEvents known = new KnownEvents(Duration.ofHours(1), 3);

  @Test
  void anEventIsHeardOnce() {
    assertThat(note("pm", "e-1", 0)).isTrue();
    assertThat(note("pm", "e-1", 0)).isFalse();
    assertThat(note("pm", "e-1", 7)).as("signed anew under the old id").isFalse();
  }

  @Test
  void idsAreEachAgentsOwn() {
    assertThat(note("pm", "e-1", 0)).isTrue();
    assertThat(note("ada", "e-1", 0)).isTrue();
  }

  @Test
  void withoutRoomWhatWasSignedAsEarlyAsTheForgottenCountsAsHeard() {
    for (int second = 1; second <= 5; second++) {
      assertThat(note("pm", "e-" + second, second)).isTrue();
    }

    assertThat(note("pm", "e-1", 1)).isFalse();
    assertThat(note("pm", "e-2", 2)).isFalse();
    assertThat(note("pm", "late", 2)).isFalse();
    assertThat(note("pm", "e-5", 5)).isFalse();
    assertThat(note("pm", "e-6", 6)).isTrue();
  }

  @Test
  void whatIsTooOldToBeSentAgainTakesNoRoom() {
    for (int hour = 0; hour < 9; hour += 3) {
      assertThat(note("pm", "e-" + hour, hour * 3600L)).isTrue();
    }
    long now = 10 * 3600L;
    assertThat(note("pm", "e-10", now)).isTrue();

    assertThat(note("pm", "slow", now - 1800)).as("nothing of its time was forgotten").isTrue();
  }

  private boolean note(String agent, String id, long second) {
    Instant at = NOW.plusSeconds(second);
    return known.note(agent, id, at, at);
  }
}
