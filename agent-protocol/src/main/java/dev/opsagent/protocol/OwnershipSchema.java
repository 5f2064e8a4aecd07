package dev.opsagent.protocol;

import tools.jackson.databind.JsonNode;

/** The schema of the map of owners: {@code schemas/ownership.schema.json}. */
public final class OwnershipSchema {
  static final String FILE = "ownership.schema.json";
  static final String ID = "urn:dev.opsagent:ownership:v" + MessageType.VERSION;

  private OwnershipSchema() {}

  /**
   * Checks a map's form; whether it is total and disjoint is for its reader to prove.
   *
   * @throws InvalidMessage naming the first field that breaks the schema
   */
  public static void validate(JsonNode map) {
    Schemas.validate(ID, map, "");
  }
}
