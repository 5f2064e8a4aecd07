package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.routing.Router;
import dev.opsagent.authority.routing.Routing;
import dev.opsagent.authority.routing.RoutingMap;
import dev.opsagent.execution.Timers;
import dev.opsagent.protocol.AgentCard;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CardTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final Router router = new Router(RoutingMap.DEFAULT);
  private final AgentCard card =
      Card.of("1.0", Topics.DEFAULT, Set.of("push", "deploy"), List.of(), NOW);

  @Test
  void everyKeywordOfAnOperationIsRoutedToIt() {
    assertThat(card.operations())
        .hasSize(2)
        .allSatisfy(operation -> {
          assertThat(operation.keywords()).isNotEmpty();
          assertThat(operation.keywords())
              .allSatisfy(words ->
                  assertThat(router.route(words).operations()).containsExactly(operation.name()));
        });
  }

  @Test
  void everyKeywordOfAForeignScopeIsRoutedToItsOwner() {
    assertThat(card.notFor()).hasSize(RoutingMap.DEFAULT.owners().size());
    assertThat(card.notFor())
        .allSatisfy(scope -> {
          assertThat(scope.keywords()).isNotEmpty();
          assertThat(scope.keywords())
              .allSatisfy(words -> {
                Routing routing = router.route(words);
                assertThat(routing.decision()).isEqualTo(Routing.Decision.NOT_MINE);
                assertThat(routing.owners()).containsExactly(scope.owner());
              });
        });
  }

  @Test
  void everyOperationOfTheMapHasKeywords() {
    Set<String> all = RoutingMap.DEFAULT.operations().keySet();

    assertThat(Card.of("1.0", Topics.DEFAULT, all, List.of(), NOW).operations())
        .hasSize(all.size())
        .allSatisfy(it -> assertThat(it.keywords()).as(it.name()).isNotEmpty());
  }

  @Test
  void theSkillsOfA2aAreTheOperations() {
    assertThat(card.skills().stream().map(AgentCard.Skill::id))
        .containsExactlyElementsOf(
            card.operations().stream().map(AgentCard.Operation::name).toList());
    assertThat(EventCodec.message(MessageType.AGENT_CARD, Json.tree(card))).isEqualTo(card);
  }

  @Test
  void theHeartbeatBeatsUntilItIsClosed() {
    List<Runnable> alarms = new ArrayList<>();
    List<Duration> delays = new ArrayList<>();
    List<String> beats = new ArrayList<>();
    Timers timers =
        new Timers() {
          @Override
          public Instant now() {
            return NOW;
          }

          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public Scheduled schedule(Duration delay, Runnable task) {
            delays.add(delay);
            alarms.add(task);
            return () -> {};
          }
        };
    Heartbeat heartbeat =
        Heartbeat.start(
            timers,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Runnable::run,
            () -> beats.add("beat"));
    alarms.getFirst().run();
    alarms.getLast().run();
    heartbeat.close();
    alarms.getLast().run();

    assertThat(beats).hasSize(2);
    assertThat(delays)
        .containsExactly(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMinutes(1));
  }
}
