package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import tools.jackson.databind.JsonNode;

/** YAML. Anchors, aliases and tags are refused: they reach further than where they stand. */
record YamlNotation() implements Notation {
  /** What no reader of any version of YAML takes for something else than a string. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z/](?:[A-Za-z0-9_./@%+-]|:(?=[^ ])| (?=[A-Za-z0-9]))*");

  private static final Set<String> WORDS =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  @Override
  public List<Shape> shapes(String text) throws Stopped {
    refuseWhatReachesFurther(text);
    try {
      YamlShapes shapes = new YamlShapes(text);
      List<Shape> all = new ArrayList<>();
      for (Node document : new Compose(settings(text)).composeAllFromString(text)) {
        all.add(shapes.of(document));
      }
      return all;
    } catch (YamlEngineException e) {
      throw Unsure.of("the file is not YAML");
    }
  }

  /**
   * The parser fails on a pair of surrogates that its buffer parts, so the text is read at once.
   */
  private static LoadSettings settings(String text) {
    return LoadSettings.builder()
        .setCodePointLimit(SettingsFormat.LARGEST)
        .setAllowDuplicateKeys(false)
        .setBufferSize(text.length() + 1)
        .build();
  }

  private static void refuseWhatReachesFurther(String text) throws Stopped {
    int depth = 0;
    try {
      for (Event event : new Parse(settings(text)).parseString(text)) {
        depth += event instanceof CollectionStartEvent ? 1 : 0;
        depth -= event instanceof CollectionEndEvent ? 1 : 0;
        if (depth > Json.MAX_NESTING || isFurther(event)) {
          throw Unsure.of("the file has anchors, aliases or tags, or is nested too deeply");
        }
      }
    } catch (YamlEngineException e) {
      throw Unsure.of("the file is not YAML");
    }
  }

  private static boolean isFurther(Event event) {
    return switch (event) {
      case AliasEvent _ -> true;
      case CollectionStartEvent start ->
          start.getAnchor().isPresent() || start.getTag().isPresent();
      case ScalarEvent scalar -> scalar.getAnchor().isPresent() || scalar.getTag().isPresent();
      case NodeEvent node -> node.getAnchor().isPresent();
      default -> false;
    };
  }

  @Override
  public List<JsonNode> trees(String text) throws Stopped {
    refuseWhatReachesFurther(text);
    try {
      List<JsonNode> trees = new ArrayList<>();
      for (Object document : new Load(settings(text)).loadAllFromString(text)) {
        // Numbers of one value must be equal however they came here.
        trees.add(Json.readTree(Json.write(document)));
      }
      return trees;
    } catch (YamlEngineException | InvalidMessage e) {
      throw Unsure.of("the file is not YAML without duplicate keys");
    }
  }

  @Override
  public String scalar(JsonNode value, Shape.Style style) {
    if (!value.isString()) {
      return Json.mapper().writeValueAsString(value);
    }
    String text = value.asString();
    return switch (style) {
      case SINGLE -> "'" + text.replace("'", "''") + "'";
      case PLAIN -> isPlain(text) ? text : quoted(text);
      case DOUBLE, BLOCK -> quoted(text);
    };
  }

  private static boolean isPlain(String text) {
    return PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT));
  }

  private static String quoted(String text) {
    return Json.mapper().writeValueAsString(text);
  }

  @Override
  public String key(String key) {
    return isPlain(key) || key.matches("[_.][A-Za-z0-9_.-]*[A-Za-z_]") ? key : quoted(key);
  }
}
