package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * JSON as the bus speaks it. Reading is strict and bounded: unknown fields, duplicate keys, missing
 * components and anything beyond the limits below are refused with an {@link InvalidMessage} that
 * names the path and never repeats a value. Writing omits absent components.
 */
public final class Json {
  /** The largest document, in bytes. */
  public static final int MAX_BYTES = 1024 * 1024;

  /** The deepest nesting of objects and arrays. */
  public static final int MAX_NESTING = 64;

  /** The longest number, in characters. */
  public static final int MAX_NUMBER = 100;

  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_NESTING)
          .maxStringLength(MAX_BYTES)
          .maxNumberLength(MAX_NUMBER)
          .maxNameLength(1024)
          .maxDocumentLength(MAX_BYTES)
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(LIMITS).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
              DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_ABSENT))
          .addModule(new SimpleModule().addSerializer(Instant.class, new InstantText.Writer()))
          .build();

  /** Reads what another release wrote; still refuses what no release can do without. */
  private static final JsonMapper ACROSS_RELEASES =
      MAPPER
          .rebuild()
          .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION) // what is read is our own
          .disable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .withConfigOverride(
              List.class,
              list -> list.setNullHandling(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
          .build();

  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .streamReadConstraints(LIMITS)
                  // The parser fails on a pair of surrogates that its buffer parts.
                  .loadSettings(LoadSettings.builder().setBufferSize(MAX_BYTES + 1).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
              DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  /** The configured mapper, for what the methods of this class do not offer. */
  public static JsonMapper mapper() {
    return MAPPER;
  }

  /** The value as JSON, components in the order of the record. */
  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** The value as JSON text for people: indented. */
  public static String pretty(Object value) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  /** The value as a tree. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * The value as JSON that does not depend on formatting or order: keys sorted by UTF-16 code unit,
   * no white space, numbers without trailing zeros.
   */
  public static byte[] canonical(Object value) {
    return MAPPER.writeValueAsBytes(sorted(tree(value)));
  }

  /**
   * Reads a tree.
   *
   * @throws InvalidMessage when the bytes are not one JSON document within the limits
   */
  public static JsonNode readTree(byte[] bytes) {
    return parse(MAPPER, bytes);
  }

  /**
   * Reads a value.
   *
   * @throws InvalidMessage when the bytes are not JSON within the limits, or do not fit the type
   */
  public static <T> T read(byte[] bytes, Class<T> type) {
    return bind(readTree(bytes), type);
  }

  /**
   * Makes a value of a tree.
   *
   * @throws InvalidMessage when the tree does not fit the type
   */
  public static <T> T bind(JsonNode tree, Class<T> type) {
    return bind(MAPPER, tree, type);
  }

  /**
   * Reads a value that an earlier or a later release may have written: unknown fields are passed
   * over; an absent number, flag, list or optional component takes its empty value.
   *
   * @throws InvalidMessage when the bytes are not JSON within the limits, or lack what the type
   *     cannot do without
   */
  public static <T> T readAcrossReleases(byte[] bytes, Class<T> type) {
    bounded(bytes);
    try {
      return ACROSS_RELEASES.readValue(bytes, type);
    } catch (JacksonException e) {
      throw JsonFault.describe(e);
    }
  }

  private static <T> T bind(ObjectMapper mapper, JsonNode tree, Class<T> type) {
    try {
      return mapper.treeToValue(tree, type);
    } catch (JacksonException e) {
      throw JsonFault.describe(e);
    }
  }

  /**
   * Reads a tree from YAML (JSON is YAML too). Anchors, aliases and tags are refused: none is
   * needed to write a task, and aliases can multiply a small file without bound.
   *
   * @throws InvalidMessage when the bytes are not one such document within the limits
   */
  public static JsonNode readYamlTree(byte[] bytes) {
    bounded(bytes);
    refuseAnchorsAndTags(bytes);
    return parse(YAML, bytes);
  }

  /**
   * Reads a value from YAML.
   *
   * @throws InvalidMessage as {@link #readYamlTree} and {@link #bind} do
   */
  public static <T> T readYaml(byte[] bytes, Class<T> type) {
    return bind(readYamlTree(bytes), type);
  }

  private static JsonNode parse(ObjectMapper mapper, byte[] bytes) {
    bounded(bytes);
    try {
      JsonNode tree = mapper.readTree(bytes);
      if (tree.isMissingNode()) {
        throw new InvalidMessage("", "must not be empty");
      }
      return tree;
    } catch (JacksonException e) {
      throw JsonFault.describe(e);
    }
  }

  private static void bounded(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new InvalidMessage("", "must hold at most " + MAX_BYTES + " bytes");
    }
  }

  private static void refuseAnchorsAndTags(byte[] bytes) {
    try (JsonParser parser = YAML.createParser(bytes)) {
      JsonToken token = parser.nextToken();
      while (token != null) {
        boolean alias = parser instanceof YAMLParser yaml && yaml.isCurrentAlias();
        if (alias || parser.getObjectId() != null || parser.getTypeId() != null) {
          throw new InvalidMessage(
              JsonFault.path(contextOf(token, parser)), "must not use anchors, aliases or tags");
        }
        token = parser.nextToken();
      }
    } catch (JacksonException e) {
      throw JsonFault.describe(e);
    }
  }

  private static @Nullable TokenStreamContext contextOf(JsonToken token, JsonParser parser) {
    TokenStreamContext context = parser.streamReadContext();
    return token.isStructStart() ? context.getParent() : context;
  }

  private static JsonNode sorted(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> sortedObject(object);
      case ArrayNode array -> sortedArray(array);
      case JsonNode number when number.isNumber() ->
          MAPPER.getNodeFactory().numberNode(number.decimalValue().stripTrailingZeros());
      case JsonNode other -> other;
    };
  }

  private static ObjectNode sortedObject(ObjectNode object) {
    ObjectNode result = MAPPER.createObjectNode();
    object.properties().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
        .forEach(entry -> result.set(entry.getKey(), sorted(entry.getValue())));
    return result;
  }

  private static ArrayNode sortedArray(ArrayNode array) {
    ArrayNode result = MAPPER.createArrayNode();
    array.forEach(element -> result.add(sorted(element)));
    return result;
  }
}
