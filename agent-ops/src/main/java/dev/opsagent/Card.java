package dev.opsagent;

import dev.opsagent.protocol.AgentCard;
import dev.opsagent.protocol.AgentCard.NotFor;
import dev.opsagent.protocol.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What this agent says of itself: what it does, and whose work the rest is. */
final class Card {
  private static final List<AgentCard.Operation> OPERATIONS =
      List.of(
          new AgentCard.Operation(
              "push",
              "releases a package: version, commit and tag, publication, deployment, health",
              List.of("push", "release", "publish", "deploy", "package")));

  private static final List<NotFor> NOT_FOR =
      List.of(
          not("writing application code", "engineer", "implement", "feature", "bug", "refactor"),
          not("writing deployment documentation", "documentation", "document", "docs", "guide"),
          not("testing deployments", "qa", "test", "verify acceptance"),
          not("researching tools", "research", "research", "evaluate", "compare"),
          not("setting up security scanning", "security", "scanner setup", "threat model"),
          not("database deployment scripts", "data-engineer", "migration", "schema", "database"),
          not("architecture decisions", "architect", "architecture", "design decision"),
          not("version-control work as such", "version-control", "branch", "merge", "rebase"));

  private Card() {}

  static AgentCard of(String version, Topics topics, List<String> endpoints, Instant now) {
    Map<String, String> names =
        Map.of(
            "tasks", topics.tasks(),
            "control", topics.control(),
            "status", topics.status(),
            "escalations", topics.escalations(),
            "audit", topics.audit());
    return new AgentCard("ops", version, OPERATIONS, NOT_FOR, names, endpoints, now);
  }

  private static NotFor not(String scope, String owner, String... keywords) {
    return new NotFor(scope, List.of(keywords), owner);
  }
}
