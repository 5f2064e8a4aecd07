package dev.opsagent.configuration;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Where the parts of a YAML file stand, by fields as errors name them: {@code tiers[0].name}. */
final class YamlPlaces {
  private final String name;
  private final Map<String, Origin.File> places = new HashMap<>();

  private YamlPlaces(String name) {
    this.name = name;
  }

  /** Reads as far as the file can be read. */
  static YamlPlaces of(String name, byte[] yaml) {
    YamlPlaces places = new YamlPlaces(name);
    try (JsonParser parser = new YAMLMapper().createParser(yaml)) {
      if (parser.nextToken() != null) {
        places.node(parser, "");
      }
    } catch (JacksonException broken) {
      TokenStreamLocation location = broken.getLocation();
      places.places.put("", places.at(location == null ? TokenStreamLocation.NA : location));
    }
    return places;
  }

  /** The place of a field, or of the nearest one around it. */
  Origin.File of(String field) {
    String nearest = field;
    while (!nearest.isEmpty() && !places.containsKey(nearest)) {
      int end = Math.max(nearest.lastIndexOf('.'), nearest.lastIndexOf('['));
      nearest = nearest.substring(0, Math.max(0, end));
    }
    return places.getOrDefault(nearest, new Origin.File(name, 1, 1));
  }

  private void node(JsonParser parser, String field) {
    places.putIfAbsent(field, at(parser.currentTokenLocation()));
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String inner =
              field.isEmpty() ? parser.currentName() : field + "." + parser.currentName();
          places.putIfAbsent(inner, at(parser.currentTokenLocation()));
          parser.nextToken();
          node(parser, inner);
        }
      }
      case START_ARRAY -> {
        for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
          node(parser, field + "[" + index + "]");
        }
      }
      default -> {}
    }
  }

  private Origin.File at(TokenStreamLocation location) {
    return new Origin.File(
        name, Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }
}
