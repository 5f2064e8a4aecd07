package dev.opsagent.protocol;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Leaves of a tree only the fields that a schema of {@code schemas/} names, at every depth. */
final class KnownFields {
  private KnownFields() {}

  /** A copy of the tree without what the schema does not name; what breaks it otherwise stays. */
  static JsonNode of(String schemaId, JsonNode tree) {
    JsonNode schema = Schemas.tree(schemaId);
    return of(schema, schema, tree);
  }

  private static JsonNode of(JsonNode schema, JsonNode root, JsonNode tree) {
    String reference = schema.path("$ref").asString("");
    if (!reference.isEmpty()) {
      return referred(reference, root, tree);
    }
    return switch (tree) {
      case ObjectNode object when schema.has("properties") -> object(schema, root, object);
      case ArrayNode array when schema.has("items") -> array(schema, root, array);
      case JsonNode other -> other;
    };
  }

  private static JsonNode referred(String reference, JsonNode root, JsonNode tree) {
    int fragment = reference.indexOf('#');
    String document = reference.substring(0, Math.max(0, fragment));
    JsonNode target = document.isEmpty() ? root : Schemas.tree(document);
    return of(target.at(reference.substring(fragment + 1)), target, tree);
  }

  private static JsonNode object(JsonNode schema, JsonNode root, ObjectNode object) {
    ObjectNode kept = Json.mapper().createObjectNode();
    JsonNode properties = schema.path("properties");
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      JsonNode known = properties.get(field.getKey());
      if (known != null) {
        kept.set(field.getKey(), of(known, root, field.getValue()));
      }
    }
    return kept;
  }

  private static JsonNode array(JsonNode schema, JsonNode root, ArrayNode array) {
    ArrayNode kept = Json.mapper().createArrayNode();
    array.forEach(element -> kept.add(of(schema.path("items"), root, element)));
    return kept;
  }
}
