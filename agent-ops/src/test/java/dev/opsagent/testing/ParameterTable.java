package dev.opsagent.testing;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.OperationSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The parameters of an operation as rows of a table, made from its schema. */
public final class ParameterTable {
  private static final String LOCAL = "#/$defs/";

  private final JsonNode schema;
  private final JsonNode common;
  private final List<String> rows = new ArrayList<>();

  private ParameterTable(JsonNode schema, JsonNode common) {
    this.schema = schema;
    this.common = common;
  }

  /** {@code | name | type | default | meaning |} for every parameter, those within others too. */
  public static List<String> rows(String operation) {
    byte[] text = OperationSchemas.text(operation).getBytes(StandardCharsets.UTF_8);
    JsonNode schema = Json.readTree(text);
    return rows(schema, schema);
  }

  /**
   * The same for any object of a schema.
   *
   * @param schema where its references lead
   */
  public static List<String> rows(JsonNode schema, JsonNode object) {
    ParameterTable table = new ParameterTable(schema, common());
    table.properties("", object);
    return List.copyOf(table.rows);
  }

  private static JsonNode common() {
    Path file = Readme.root().resolve("schemas/common.schema.json");
    try {
      return Json.readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void properties(String prefix, JsonNode object) {
    List<String> required = object.path("required").valueStream().map(JsonNode::asString).toList();
    object
        .path("properties")
        .propertyStream()
        .forEach(
            it -> property(prefix + it.getKey(), it.getValue(), required.contains(it.getKey())));
  }

  private void property(String name, JsonNode property, boolean required) {
    JsonNode resolved = resolved(property);
    String fallback = required ? "required" : text(property.path("default"));
    String meaning = meaning(name, property, resolved);
    rows.add(
        "| `%s` | %s | %s | %s |".formatted(name, type(property, resolved), fallback, meaning));
    if (resolved.has("properties")) {
      properties(name + ".", resolved);
    }
    properties(name + "[].", resolved(resolved.path("items")));
  }

  /** What a reference names, in the schema itself or in the common one, when it has parts. */
  private JsonNode resolved(JsonNode property) {
    String reference = property.path("$ref").asString("");
    int local = reference.indexOf(LOCAL);
    if (local < 0) {
      return property;
    }
    String name = reference.substring(local + LOCAL.length());
    JsonNode own = schema.path("$defs").path(name);
    JsonNode named = own.isMissingNode() ? common.path("$defs").path(name) : own;
    return local == 0 || named.has("properties") ? named : property;
  }

  private static String meaning(String name, JsonNode property, JsonNode resolved) {
    String meaning =
        Stream.of(property, resolved)
            .map(it -> it.path("description").asString(""))
            .filter(it -> !it.isEmpty())
            .findFirst()
            .orElseThrow(() -> new AssertionError("the schema does not describe " + name));
    return meaning.replace("|", "\\|");
  }

  private String type(JsonNode property, JsonNode resolved) {
    if (resolved.has("enum")) {
      return resolved
          .path("enum")
          .valueStream()
          .map(it -> "`" + it.asString() + "`")
          .collect(Collectors.joining(" or "));
    }
    String reference = property.path("$ref").asString("");
    if (reference.endsWith("duration")) {
      return "duration";
    }
    return switch (resolved.path("type").asString("string")) {
      case "array" -> "list of " + resolved(resolved.path("items")).path("type").asString() + "s";
      case "integer", "number" ->
          "%s to %s"
              .formatted(resolved.path("minimum").asString(), resolved.path("maximum").asString());
      case "boolean" -> "boolean";
      case "object" -> "object";
      default -> "string";
    };
  }

  private static String text(JsonNode value) {
    if (value.isMissingNode() || value.isContainer()) {
      return "";
    }
    return "`" + value.asString() + "`";
  }
}
