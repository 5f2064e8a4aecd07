package dev.opsagent.cli;

import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Prints a command's data on stdout in the format asked for. */
final class Printer implements AutoCloseable {
  private final Surroundings around;
  private final Format format;
  private boolean open;

  Printer(Surroundings around, Format format) {
    this.around = around;
    this.format = format;
  }

  /** The command's one result. */
  void result(Object value, Supplier<List<String>> lines) {
    switch (format) {
      case text -> lines.get().forEach(around.out()::println);
      case json -> around.out().println(Json.pretty(value));
      case jsonl -> around.out().println(new String(Json.write(value), StandardCharsets.UTF_8));
      case yaml -> around.out().print(yaml(Json.tree(value)));
    }
    around.out().flush();
  }

  /** The same for what comes after other output: in JSON it is the last line. */
  void last(Object value, Supplier<List<String>> lines) {
    new Printer(around, format == Format.json ? Format.jsonl : format).result(value, lines);
  }

  /** One of the command's many results: in JSON and YAML they form one list. */
  void item(Object value, Supplier<List<String>> lines) {
    switch (format) {
      case text -> lines.get().forEach(around.out()::println);
      case json -> {
        around.out().print(open ? ",\n" : "[\n");
        around.out().print(new String(Json.write(value), StandardCharsets.UTF_8));
      }
      case jsonl -> around.out().println(new String(Json.write(value), StandardCharsets.UTF_8));
      case yaml -> around.out().print(yaml(Json.tree(List.of(value))).replaceFirst("---\n", ""));
    }
    open = true;
    around.out().flush();
  }

  /** Ends the list that {@link #item} began. */
  @Override
  public void close() {
    switch (format) {
      case json -> around.out().println(open ? "\n]" : "[]");
      case yaml -> {
        if (!open) {
          around.out().println("[]");
        }
      }
      case text, jsonl -> {}
    }
    around.out().flush();
  }

  private static String yaml(JsonNode tree) {
    return new YAMLMapper().writeValueAsString(tree);
  }
}
