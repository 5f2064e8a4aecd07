package dev.opsagent.protocol;

import tools.jackson.databind.JsonNode;

/** The schema of the trust file: {@code schemas/trust.schema.json}. */
public final class TrustSchema {
  static final String FILE = "trust.schema.json";
  static final String ID = "urn:dev.opsagent:trust:v" + MessageType.VERSION;

  private TrustSchema() {}

  /**
   * Checks a trust file's form; how its parts fit together is for its reader to prove.
   *
   * @throws InvalidMessage naming the first field that breaks the schema
   */
  public static void validate(JsonNode trust) {
    Schemas.validate(ID, trust, "");
  }
}
