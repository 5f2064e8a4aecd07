package dev.opsagent;

import dev.opsagent.authority.routing.Keywords;
import dev.opsagent.authority.routing.Router;
import dev.opsagent.authority.routing.RoutingMap;
import dev.opsagent.protocol.AgentCard;
import dev.opsagent.protocol.AgentCard.Capabilities;
import dev.opsagent.protocol.AgentCard.NotFor;
import dev.opsagent.protocol.AgentCard.Operation;
import dev.opsagent.protocol.AgentCard.Skill;
import dev.opsagent.protocol.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this agent says of itself: what it does, and whose work the rest is. It is made of the map
 * by which instructions are routed, so that the two cannot disagree.
 */
final class Card {
  private static final String A2A = "0.3.0";
  private static final List<String> MODES = List.of("application/json");

  private Card() {}

  /**
   * The card of a worker.
   *
   * @param built the names of the operations that it carries out
   */
  static AgentCard of(
      String version, Topics topics, Set<String> built, List<String> endpoints, Instant now) {
    Router router = Router.shipped();
    RoutingMap map = router.map();
    Keywords keywords = new Keywords(map, router);
    List<Operation> operations =
        map.operations().entrySet().stream()
            .filter(operation -> built.contains(operation.getKey()))
            .map(it -> new Operation(it.getKey(), it.getValue(), keywords.ofOperation(it.getKey())))
            .toList();
    List<NotFor> notFor =
        map.owners().entrySet().stream()
            .map(
                it -> new NotFor(it.getValue().scope(), keywords.ofOwner(it.getKey()), it.getKey()))
            .toList();
    return new AgentCard(
        "ops",
        version,
        Optional.of("deploys, publishes, configures environments, runs pipelines, watches"),
        Optional.of(A2A),
        Optional.of(new Capabilities(true, false)),
        MODES,
        MODES,
        operations.stream().map(Card::skill).toList(),
        operations,
        notFor,
        names(topics),
        endpoints,
        now);
  }

  private static Skill skill(Operation operation) {
    return new Skill(
        operation.name(), operation.name(), operation.description(), operation.keywords());
  }

  private static Map<String, String> names(Topics topics) {
    return Map.of(
        "tasks", topics.tasks(),
        "control", topics.control(),
        "status", topics.status(),
        "escalations", topics.escalations(),
        "audit", topics.audit());
  }
}
