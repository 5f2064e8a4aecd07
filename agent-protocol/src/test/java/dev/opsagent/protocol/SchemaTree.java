package dev.opsagent.protocol;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** The schemas as trees, with references followed. */
final class SchemaTree {
  private SchemaTree() {}

  /**
   * @param root the document that the node stands in
   */
  record Place(JsonNode node, JsonNode root) {}

  static JsonNode of(MessageType type) {
    return tree(type.schemaFile());
  }

  static JsonNode common() {
    return tree("common.schema.json");
  }

  static JsonNode tree(String file) {
    return Json.readTree(Examples.content(Examples.SCHEMAS.resolve(file)));
  }

  static Place resolve(JsonNode node, JsonNode root) {
    JsonNode reference = node.get("$ref");
    if (reference == null) {
      return new Place(node, root);
    }
    String target = reference.asString();
    int fragment = target.indexOf('#');
    JsonNode document = fragment == 0 ? root : common();
    if (fragment > 0) {
      String id = target.substring(0, fragment);
      if (!id.equals(document.path("$id").asString())) {
        throw new AssertionError("reference to an unknown document: " + target);
      }
    }
    JsonNode found = document.at(target.substring(fragment + 1));
    if (found.isMissingNode()) {
      throw new AssertionError("dangling reference: " + target);
    }
    return resolve(found, document);
  }

  static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  static Set<String> names(JsonNode object) {
    return new TreeSet<>(object.propertyNames());
  }
}
