package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** How structured settings are written: where their parts stand, and how a scalar looks. */
sealed interface Notation permits JsonNotation, YamlNotation {
  /** The shapes of the text's documents. */
  List<Shape> shapes(String text) throws Stopped;

  /** What the documents hold, by a reader of its own. */
  List<JsonNode> trees(String text) throws Stopped;

  /** A scalar as it is written, in the style of the one before if that will do. */
  String scalar(JsonNode value, Shape.Style style);

  String key(String key);
}
