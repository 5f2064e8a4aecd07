package dev.opsagent.outside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.ContainerHistory.End;
import dev.opsagent.outside.ContainerHistory.Event;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ContainerHistoryTest {
  private static final Instant AT = Instant.parse("2026-11-28T07:14:02.376Z");

  private static ContainerHistory history(String... actions) {
    return new ContainerHistory(
        Stream.of(actions).map(it -> new Event(AT, it, it.equals("kill") ? "15" : "")).toList());
  }

  private static End end(long code, boolean memory) {
    return new End(Optional.of(AT), code, memory);
  }

  @Test
  void whatTheEngineDidNotDoIsSaidOfNobody() {
    assertThat(history("create", "start", "die").ofEnd(end(1, false)))
        .isEqualTo("ended at 2026-11-28T07:14:02Z, exit code 1");
    assertThat(ContainerHistory.UNKNOWN.ofEnd(new End(Optional.empty(), 0, false)))
        .isEqualTo("ended, exit code 0");
    assertThat(ContainerHistory.UNKNOWN.ofPause()).isEmpty();
    assertThat(ContainerHistory.UNKNOWN.ofUpdate()).isEmpty();
  }

  @Test
  void whoeverStoppedItDidSoThroughTheEngine() {
    assertThat(history("start", "kill", "die", "stop").ofEnd(end(143, false)))
        .isEqualTo(
            "stopped through the engine; ended at 2026-11-28T07:14:02Z, exit code 143, as signal"
                + " 15 leaves");
    assertThat(history("start", "kill", "die").ofEnd(end(0, false)))
        .startsWith("sent signal 15 through the engine; ended at");
    assertThat(history("start", "pause", "unpause", "pause").ofPause())
        .contains("paused through the engine at 2026-11-28T07:14:02Z");
  }

  @Test
  void aStopOfAnEarlierStartIsNoneOfThisOne() {
    assertThat(history("start", "kill", "die", "stop", "start", "die").ofEnd(end(2, false)))
        .startsWith("ended at");
  }

  @Test
  void anExitCodeIsOnlySaidToBeASignalsWhereThereIsSuchASignal() {
    assertThat(history().ofEnd(end(128, false))).endsWith("exit code 128");
    assertThat(history().ofEnd(end(255, false))).endsWith("exit code 255");
    assertThat(history().ofEnd(end(137, true)))
        .endsWith("exit code 137, as signal 9 leaves, killed by the kernel for its memory");
  }

  @Test
  void theYearOneIsNoTime() {
    assertThat(List.of("0001-01-01T00:00:00Z", "", "yesterday"))
        .allSatisfy(it -> assertThat(ContainerHistory.instant(it)).isEmpty());
    assertThat(ContainerHistory.instant("2026-11-28T07:14:02.37688326Z")).isPresent();
  }
}
