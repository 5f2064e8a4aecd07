package dev.opsagent.protocol;

import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The schemas of the operations' parameters: {@code schemas/operations/}. */
public final class OperationSchemas {
  private OperationSchemas() {}

  /** The operations whose parameters have a schema. */
  public static Set<String> names() {
    return Schemas.OPERATIONS;
  }

  /**
   * Checks an operation's parameters.
   *
   * @throws InvalidMessage when they break the operation's schema, with the path of the field from
   *     {@code parameters} on; or when the operation has none, with the path {@code operation}
   */
  public static void validate(String operation, JsonNode parameters) {
    if (!names().contains(operation)) {
      throw new InvalidMessage("operation", "must be one of " + String.join(", ", names()));
    }
    Schemas.validate(Schemas.operationId(operation), parameters, "parameters");
  }

  /**
   * The text of an operation's schema.
   *
   * @throws IllegalArgumentException when the operation has none
   */
  public static String text(String operation) {
    return Schemas.text(Schemas.operationId(operation));
  }
}
