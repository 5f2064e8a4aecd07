package dev.opsagent.operations.configure;

import tools.jackson.databind.JsonNode;

/** One change of one key. */
sealed interface Edit {
  /** The key, in the words of the file's format. */
  String key();

  /**
   * The key gets a value.
   *
   * @param value a string, a number or a boolean
   */
  record Set(String key, JsonNode value) implements Edit {}

  /**
   * The key refers to a secret.
   *
   * @param name of the secret, where whoever reads the file finds its value
   */
  record Refer(String key, String name) implements Edit {
    /** How the file refers to it. */
    String reference() {
      return "${" + name + "}";
    }
  }

  /** The key goes; it may be gone already. */
  record Unset(String key) implements Edit {}
}
