package dev.opsagent.tools.guards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.Configuration.Guarding;
import dev.opsagent.execution.Guards.Entry;
import dev.opsagent.execution.Guards.Held;
import dev.opsagent.execution.Guards.Pass;
import dev.opsagent.execution.Guards.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ResilienceGuardsTest {
  private static final Peer NPM = new Peer("npm", "https://registry.example");
  private static final Peer GIT = new Peer("git", "https://git.example/shop.git");

  private final ResilienceGuards guards =
      new ResilienceGuards(
          new Guarding(
              Duration.ofMillis(10),
              Duration.ofMillis(100),
              3,
              Duration.ofMillis(200),
              Duration.ofSeconds(1),
              2,
              100,
              Duration.ofMillis(20)));

  @Test
  void holds_everything_back_from_a_peer_that_was_silent_several_times_and_from_no_other() {
    assertThat(pass(NPM).silent()).isEmpty();
    assertThat(pass(NPM).silent()).isEmpty();
    assertThat(pass(NPM).silent()).isPresent();

    assertThat(guards.enter(NPM)).isInstanceOf(Held.class);
    assertThat(guards.open()).isEqualTo(1);
    assertThat(guards.heldBack()).isEqualTo(1);
    pass(GIT).answered();
  }

  @Test
  void an_answer_between_silences_keeps_the_breaker_closed() {
    for (int round = 0; round < 10; round++) {
      assertThat(pass(NPM).silent()).isEmpty();
      assertThat(pass(NPM).silent()).isEmpty();
      pass(NPM).answered();
    }
  }

  @Test
  void tries_one_attempt_after_the_pause_and_goes_on_after_an_answer() {
    for (int silence = 0; silence < 3; silence++) {
      var _ = pass(NPM).silent();
    }
    List<Entry> entries = new ArrayList<>();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          entries.add(guards.enter(NPM));
          return entries.getLast() instanceof Pass;
        });
    assertThat(guards.enter(NPM)).isInstanceOf(Held.class);
    ((Pass) entries.getLast()).answered();
    pass(NPM).answered();
    assertThat(guards.open()).isZero();
  }

  @Test
  void lets_only_so_many_attempts_on_a_peer_at_once() {
    Pass first = pass(NPM);
    Pass second = pass(NPM);
    assertThat(guards.enter(NPM)).isInstanceOf(Held.class);
    first.unused();
    pass(NPM).answered();
    second.answered();
  }

  @Test
  void pauses_between_attempts_grow_and_differ() {
    var backoff = ResilienceGuards.backoff(Guarding.DEFAULT);
    assertThat(backoff.before(1)).isBetween(Duration.ofMillis(250), Duration.ofMillis(750));
    assertThat(backoff.before(20)).isLessThanOrEqualTo(Duration.ofSeconds(45));
    assertThat(List.of(backoff.before(4), backoff.before(4), backoff.before(4)))
        .anyMatch(pause -> !pause.equals(backoff.before(4)));
  }

  private Pass pass(Peer peer) {
    Entry entry = guards.enter(peer);
    assertThat(entry).isInstanceOf(Pass.class);
    return (Pass) entry;
  }
}
