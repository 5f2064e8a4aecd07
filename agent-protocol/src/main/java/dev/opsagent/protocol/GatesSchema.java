package dev.opsagent.protocol;

import tools.jackson.databind.JsonNode;

/** The schema of the gate policy: {@code schemas/gates.schema.json}. */
public final class GatesSchema {
  static final String FILE = "gates.schema.json";
  static final String ID = "urn:dev.opsagent:gates:v" + MessageType.VERSION;

  private GatesSchema() {}

  /**
   * Checks the form of a gate policy; how its rules fit together is for its reader to prove.
   *
   * @throws InvalidMessage naming the first field that breaks the schema
   */
  public static void validate(JsonNode gates) {
    Schemas.validate(ID, gates, "");
  }
}
