package dev.opsagent.cli;

/** How a command prints its data. */
enum Format {
  /** For people. */
  text,
  /** One JSON document. */
  json,
  /** One JSON document per line. */
  jsonl,
  /** One YAML document. */
  yaml;

  boolean forPrograms() {
    return this != text;
  }
}
