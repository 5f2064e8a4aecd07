package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Where in a file the keys of a task are. */
sealed interface Place {
  /** The number of the document. */
  int document(List<JsonNode> documents) throws Stopped;

  /** The keys that lead to one, from the document's root. */
  List<String> path(String key);

  /** What is written for a wanted value. */
  JsonNode value(JsonNode wanted);

  /** Takes every key of the document with its value. */
  void values(JsonNode document, SortedMap<String, String> values);

  /** The only document of the file; a key names the way to it with dots. */
  record Anywhere() implements Place {
    @Override
    public int document(List<JsonNode> documents) throws Stopped {
      if (documents.size() != 1 || !documents.getFirst().isObject()) {
        throw Unsure.of("the file is not one document with keys");
      }
      JsonNode root = documents.getFirst();
      if (root.has("apiVersion") && root.has("kind")) {
        throw Unsure.of("the file is a manifest; name its configMap");
      }
      return 0;
    }

    @Override
    public List<String> path(String key) {
      return List.of(key.split("\\.", -1));
    }

    @Override
    public JsonNode value(JsonNode wanted) {
      return wanted;
    }

    @Override
    public void values(JsonNode document, SortedMap<String, String> values) {
      collect("", document, values);
    }

    private static void collect(String at, JsonNode node, SortedMap<String, String> values) {
      if (!node.isObject()) {
        values.put(at, node.asString(node.toString()));
        return;
      }
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        collect(
            at.isEmpty() ? field.getKey() : at + "." + field.getKey(), field.getValue(), values);
      }
    }
  }

  /**
   * The data of one ConfigMap among the manifests of a file; all of them are strings.
   *
   * @param name of the ConfigMap
   */
  record OfConfigMap(String name) implements Place {
    private static final String DATA = "data";

    @Override
    public int document(List<JsonNode> documents) throws Stopped {
      List<Integer> found = new ArrayList<>();
      for (int i = 0; i < documents.size(); i++) {
        JsonNode document = documents.get(i);
        boolean named = document.path("metadata").path("name").asString("").equals(name);
        if (named && document.path("kind").asString("").equals("ConfigMap")) {
          found.add(i);
        }
      }
      if (found.size() != 1) {
        throw Unsure.of("the file has %d ConfigMaps of the name %s".formatted(found.size(), name));
      }
      return found.getFirst();
    }

    @Override
    public List<String> path(String key) {
      return List.of(DATA, key);
    }

    @Override
    public JsonNode value(JsonNode wanted) {
      return JsonNodeFactory.instance.stringNode(wanted.asString());
    }

    @Override
    public void values(JsonNode document, SortedMap<String, String> values) {
      for (Map.Entry<String, JsonNode> field : document.path(DATA).properties()) {
        values.put(field.getKey(), field.getValue().asString(field.getValue().toString()));
      }
    }
  }
}
