package dev.opsagent.cli;

import picocli.CommandLine.Option;

/** The options that every command has. */
final class OutputOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text, json, jsonl or yaml (default: text).")
  private Format format = Format.text;

  @Option(names = "--json", description = "Short for -o json.")
  private boolean json;

  Format format() {
    return json ? Format.json : format;
  }
}
