package dev.opsagent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * {@code agents.cards}: what an agent does, what it does not do and who does that instead.
 *
 * @param name the agent's name, such as {@code ops}
 * @param version the version that runs
 * @param operations what it takes tasks for
 * @param notFor what it refuses, each with the agent whose work it is
 * @param topics the topics it reads and writes: role, such as {@code tasks}, to name
 * @param endpoints addresses of its console and interfaces, if it has any
 * @param at when the card was written
 */
public record AgentCard(
    String name,
    String version,
    List<Operation> operations,
    List<NotFor> notFor,
    Map<String, String> topics,
    List<String> endpoints,
    Instant at)
    implements Message {
  public AgentCard {
    Checks.matches("name", name, Checks.NAME);
    Checks.text("version", version, 128);
    operations = List.copyOf(operations);
    notFor = List.copyOf(notFor);
    topics = Map.copyOf(topics);
    endpoints = List.copyOf(endpoints);
  }

  /**
   * An operation that the agent carries out.
   *
   * @param description one sentence
   * @param keywords words of free text that lead to it
   */
  public record Operation(String name, String description, List<String> keywords) {
    public Operation {
      Checks.matches("operations.name", name, Checks.OPERATION);
      Checks.text("operations.description", description, 1024);
      keywords = List.copyOf(keywords);
    }
  }

  /**
   * Work that the agent refuses.
   *
   * @param scope the work in words, such as "writing application code"
   * @param keywords words of free text that lead to it
   * @param owner the agent whose work it is
   */
  public record NotFor(String scope, List<String> keywords, String owner) {
    public NotFor {
      Checks.text("notFor.scope", scope, 1024);
      keywords = List.copyOf(keywords);
      Checks.text("notFor.owner", owner, 256);
    }
  }
}
