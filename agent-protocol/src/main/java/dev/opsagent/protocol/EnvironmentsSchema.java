package dev.opsagent.protocol;

import tools.jackson.databind.JsonNode;

/** The schema of the declared environments: {@code schemas/environments.schema.json}. */
public final class EnvironmentsSchema {
  static final String FILE = "environments.schema.json";
  static final String ID = "urn:dev.opsagent:environments:v" + MessageType.VERSION;

  private EnvironmentsSchema() {}

  /**
   * Checks the form of a file of environments; how they fit together is for its reader to prove.
   *
   * @throws InvalidMessage naming the first field that breaks the schema
   */
  public static void validate(JsonNode environments) {
    Schemas.validate(ID, environments, "");
  }
}
