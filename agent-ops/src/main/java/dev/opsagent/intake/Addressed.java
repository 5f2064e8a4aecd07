package dev.opsagent.intake;

import dev.opsagent.execution.Journal;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Target;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Whom to answer about an order that breaks its schema: possible when at least its id, operation
 * and target can be read.
 */
record Addressed(String taskId, String operation, Target target) {
  private static final Pattern TASK_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final Pattern OPERATION = Pattern.compile("[a-z.]{1,128}");

  static Optional<Addressed> in(Delivery delivery) {
    return delivery.input() == Journal.Input.TASKS
        ? delivery.value().flatMap(Addressed::read)
        : Optional.empty();
  }

  private static Optional<Addressed> read(byte[] value) {
    try {
      JsonNode tree = Json.readTree(value);
      JsonNode order = tree.has("specversion") ? tree.path("data") : tree;
      String taskId = order.path("taskId").asString("");
      String operation = order.path("operation").asString("");
      if (!TASK_ID.matcher(taskId).matches() || !OPERATION.matcher(operation).matches()) {
        return Optional.empty();
      }
      JsonNode target = order.path("target");
      String environment = target.path("environment").asString("");
      String service = target.path("service").asString("");
      return Optional.of(new Addressed(taskId, operation, new Target(environment, service)));
    } catch (InvalidMessage notEvenJson) {
      return Optional.empty();
    }
  }
}
