package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.configure.Shape.Entry;
import dev.opsagent.operations.configure.Shape.Mapping;
import dev.opsagent.operations.configure.Shape.Scalar;
import dev.opsagent.operations.configure.Shape.Sequence;
import dev.opsagent.operations.configure.Shape.Style;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** JSON. */
record JsonNotation() implements Notation {
  @Override
  public List<Shape> shapes(String text) throws Stopped {
    try (JsonParser parser = Json.mapper().createParser(text)) {
      parser.nextToken();
      return List.of(shape(text, parser));
    } catch (JacksonException e) {
      throw Unsure.of("the file is not JSON");
    }
  }

  private static Shape shape(String text, JsonParser parser) {
    int start = at(parser);
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(text, parser, start);
      case START_ARRAY -> {
        parser.skipChildren();
        yield new Sequence(start, at(parser) + 1);
      }
      case VALUE_STRING -> new Scalar(start, closingQuote(text, start) + 1, Style.DOUBLE);
      case null, default -> new Scalar(start, start + parser.getString().length(), Style.PLAIN);
    };
  }

  private static Mapping mapping(String text, JsonParser parser, int start) {
    List<Entry> entries = new ArrayList<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      int name = at(parser);
      parser.nextToken();
      entries.add(new Entry(key, name, closingQuote(text, name) + 1, shape(text, parser)));
    }
    return new Mapping(start, at(parser) + 1, false, entries);
  }

  private static int at(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  private static int closingQuote(String text, int open) {
    int at = open + 1;
    while (text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return at;
  }

  @Override
  public List<JsonNode> trees(String text) throws Stopped {
    try {
      return List.of(Json.readTree(text.getBytes(StandardCharsets.UTF_8)));
    } catch (InvalidMessage e) {
      throw Unsure.of("the file is not JSON without duplicate keys");
    }
  }

  @Override
  public String scalar(JsonNode value, Style style) {
    return Json.mapper().writeValueAsString(value);
  }

  @Override
  public String key(String key) {
    return Json.mapper().writeValueAsString(key);
  }
}
