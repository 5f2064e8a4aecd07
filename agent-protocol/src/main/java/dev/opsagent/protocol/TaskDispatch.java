package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code task.dispatch}: an order to carry out one operation on one target. {@code taskId} with the
 * target is the idempotency key: the same order again is answered from the record, another order
 * under the same id is refused with {@link ReasonCode#CONFLICT}.
 *
 * @param taskId 1 to 128 of {@code A-Za-z0-9._:-}
 * @param operation the operation's name, such as {@code push}
 * @param target what the operation acts on
 * @param repository the repository to work on, where the operation needs one
 * @param parameters the operation's parameters, by its own schema
 * @param requirements what the execution must satisfy
 * @param requiredEvidence kinds of evidence that must stand before the first effect
 * @param requestedBy the agent or person who asks
 * @param dryRun plan only: no effect
 * @param instruction free text, used only to route the task, never stored beyond it
 */
public record TaskDispatch(
    String taskId,
    String operation,
    Target target,
    Optional<RepositoryRef> repository,
    ObjectNode parameters,
    Requirements requirements,
    List<EvidenceKind> requiredEvidence,
    String requestedBy,
    boolean dryRun,
    Optional<String> instruction)
    implements Message {
  public TaskDispatch {
    Checks.taskId("taskId", taskId);
    Checks.matches("operation", operation, Checks.OPERATION);
    Checks.text("requestedBy", requestedBy, 256);
    instruction.ifPresent(value -> Checks.text("instruction", value, 8192));
    parameters = parameters.deepCopy();
    requiredEvidence = List.copyOf(requiredEvidence);
  }

  /** The same order with other requirements. */
  public TaskDispatch with(Requirements others) {
    return new TaskDispatch(
        taskId,
        operation,
        target,
        repository,
        parameters,
        others,
        requiredEvidence,
        requestedBy,
        dryRun,
        instruction);
  }

  @JsonCreator
  static TaskDispatch read(
      @JsonProperty("taskId") String taskId,
      @JsonProperty("operation") String operation,
      @JsonProperty("target") Target target,
      @JsonProperty("repository") Optional<RepositoryRef> repository,
      @JsonProperty("parameters") Optional<ObjectNode> parameters,
      @JsonProperty("requirements") Optional<Requirements> requirements,
      @JsonProperty("requiredEvidence") Optional<List<EvidenceKind>> requiredEvidence,
      @JsonProperty("requestedBy") String requestedBy,
      @JsonProperty("dryRun") Optional<Boolean> dryRun,
      @JsonProperty("instruction") Optional<String> instruction) {
    return new TaskDispatch(
        taskId,
        operation,
        target,
        repository,
        parameters.orElseGet(JsonNodeFactory.instance::objectNode),
        requirements.orElse(Requirements.NONE),
        requiredEvidence.orElse(List.of()),
        requestedBy,
        dryRun.orElse(false),
        instruction);
  }
}
