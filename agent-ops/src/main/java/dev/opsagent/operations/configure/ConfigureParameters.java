package dev.opsagent.operations.configure;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * The parameters of {@code environment.configure}, as {@code
 * schemas/operations/environment.configure.schema.json} states them.
 *
 * @param file relative to the repository's root
 * @param configMap name of the ConfigMap in it whose data are changed; absent: the file is no
 *     manifest
 * @param values plain values by key, never secrets
 * @param gone keys to take out
 * @param references names of secrets by key
 * @param strict whether the keys must be those of the other environments
 */
record ConfigureParameters(
    String file,
    Optional<String> configMap,
    @JsonProperty("set") Optional<Map<String, JsonNode>> values,
    @JsonProperty("unset") Optional<List<String>> gone,
    @JsonProperty("secrets") Optional<Map<String, String>> references,
    @JsonProperty("requireParity") Optional<Boolean> strict) {
  /**
   * Reads the parameters of a task.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when they are not as the schema says
   */
  static ConfigureParameters of(TaskDispatch task) {
    return Json.bind(task.parameters(), ConfigureParameters.class);
  }

  Map<String, JsonNode> set() {
    return values.orElse(Map.of());
  }

  Map<String, String> secrets() {
    return references.orElse(Map.of());
  }

  boolean requireParity() {
    return strict.orElse(false);
  }

  /** All changes in one order, whatever the order in the task. */
  List<Edit> edits() {
    List<Edit> edits = new ArrayList<>();
    new TreeMap<>(set()).forEach((key, value) -> edits.add(new Edit.Set(key, value)));
    new TreeMap<>(secrets()).forEach((key, name) -> edits.add(new Edit.Refer(key, name)));
    new TreeSet<>(gone.orElse(List.of())).forEach(key -> edits.add(new Edit.Unset(key)));
    return edits;
  }

  /** How the file is written; empty when its name does not tell. */
  Optional<SettingsFormat> format() {
    String name = file.substring(file.lastIndexOf('/') + 1);
    boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
    if (configMap.isPresent()) {
      return yaml
          ? Optional.of(new Structured(new YamlNotation(), new Place.OfConfigMap(configMap.get())))
          : Optional.empty();
    }
    if (name.equals(".env") || name.startsWith(".env.") || name.endsWith(".env")) {
      return Optional.of(new Dotenv());
    }
    if (yaml) {
      return Optional.of(new Structured(new YamlNotation(), new Place.Anywhere()));
    }
    return name.endsWith(".json")
        ? Optional.of(new Structured(new JsonNotation(), new Place.Anywhere()))
        : Optional.empty();
  }
}
