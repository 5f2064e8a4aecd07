package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code agents.cards}: what an agent does, what it does not do and who does that instead. The
 * fields that A2A agent cards have too are named as there.
 *
 * @param name the agent's name, such as {@code ops}
 * @param version the version that runs
 * @param description what the agent is for, in a sentence
 * @param protocolVersion the version of A2A whose names the card uses
 * @param capabilities how the agent answers
 * @param defaultInputModes media types that it takes
 * @param defaultOutputModes media types that it gives
 * @param skills its operations, as A2A tells them
 * @param operations what it takes tasks for
 * @param notFor what it refuses, each with the agent whose work it is
 * @param topics the topics it reads and writes: role, such as {@code tasks}, to name
 * @param endpoints addresses of its console and interfaces, if it has any
 * @param at when the card was written; a card is written again as long as its agent lives
 */
public record AgentCard(
    String name,
    String version,
    Optional<String> description,
    Optional<String> protocolVersion,
    Optional<Capabilities> capabilities,
    List<String> defaultInputModes,
    List<String> defaultOutputModes,
    List<Skill> skills,
    List<Operation> operations,
    List<NotFor> notFor,
    Map<String, String> topics,
    List<String> endpoints,
    Instant at)
    implements Message {
  public AgentCard {
    Checks.matches("name", name, Checks.NAME);
    Checks.text("version", version, 128);
    description.ifPresent(value -> Checks.text("description", value, 1024));
    protocolVersion.ifPresent(value -> Checks.text("protocolVersion", value, 16));
    defaultInputModes = List.copyOf(defaultInputModes);
    defaultOutputModes = List.copyOf(defaultOutputModes);
    skills = List.copyOf(skills);
    operations = List.copyOf(operations);
    notFor = List.copyOf(notFor);
    topics = Map.copyOf(topics);
    endpoints = List.copyOf(endpoints);
  }

  @JsonCreator
  static AgentCard read(
      @JsonProperty("name") String name,
      @JsonProperty("version") String version,
      @JsonProperty("description") Optional<String> description,
      @JsonProperty("protocolVersion") Optional<String> protocolVersion,
      @JsonProperty("capabilities") Optional<Capabilities> capabilities,
      @JsonProperty("defaultInputModes") Optional<List<String>> defaultInputModes,
      @JsonProperty("defaultOutputModes") Optional<List<String>> defaultOutputModes,
      @JsonProperty("skills") Optional<List<Skill>> skills,
      @JsonProperty("operations") List<Operation> operations,
      @JsonProperty("notFor") List<NotFor> notFor,
      @JsonProperty("topics") Map<String, String> topics,
      @JsonProperty("endpoints") List<String> endpoints,
      @JsonProperty("at") Instant at) {
    return new AgentCard(
        name,
        version,
        description,
        protocolVersion,
        capabilities,
        defaultInputModes.orElse(List.of()),
        defaultOutputModes.orElse(List.of()),
        skills.orElse(List.of()),
        operations,
        notFor,
        topics,
        endpoints,
        at);
  }

  /** The same, written at another time. */
  public AgentCard at(Instant now) {
    return new AgentCard(
        name,
        version,
        description,
        protocolVersion,
        capabilities,
        defaultInputModes,
        defaultOutputModes,
        skills,
        operations,
        notFor,
        topics,
        endpoints,
        now);
  }

  /**
   * How the agent answers.
   *
   * @param streaming whether it reports while it works
   * @param pushNotifications whether it calls back over HTTP
   */
  public record Capabilities(boolean streaming, boolean pushNotifications) {}

  /**
   * Something that the agent can do, as A2A tells it.
   *
   * @param id the operation's name
   * @param tags words of free text that lead to it
   */
  public record Skill(String id, String name, String description, List<String> tags) {
    public Skill {
      Checks.matches("skills.id", id, Checks.OPERATION);
      Checks.text("skills.name", name, 128);
      Checks.text("skills.description", description, 1024);
      tags = List.copyOf(tags);
    }
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
