package dev.opsagent.operations;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Replaces string values of a JSON file and leaves every other byte alone: indentation, line ends,
 * order and escapes stay as their owner wrote them.
 */
public final class JsonSplice {
  private static final int MAX_BYTES = 64 * 1024 * 1024;

  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxDocumentLength(MAX_BYTES)
                          .maxNestingDepth(200)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build()
          .reader();

  private JsonSplice() {}

  /** The tree of a JSON object in UTF-8; empty when the bytes are none. */
  public static Optional<ObjectNode> read(byte[] json) {
    try {
      return READER.readTree(json) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  /**
   * The file with the strings at these pointers replaced; pointers that it does not have are
   * ignored.
   *
   * @param value written as it is: must need no escape in JSON
   * @return empty when the file is not plain JSON in UTF-8, or a pointer leads to something else
   *     than a string
   */
  public static Optional<byte[]> replace(byte[] json, Set<String> pointers, String value) {
    Optional<ObjectNode> before = read(json);
    if (before.isEmpty() || !pointers.stream().allMatch(at -> isReplaceable(before.get(), at))) {
      return Optional.empty();
    }
    byte[] spliced = splice(json, spans(json, pointers), value);
    boolean exact =
        read(spliced)
            .filter(after -> after.equals(expected(before.get(), pointers, value)))
            .isPresent();
    return exact ? Optional.of(spliced) : Optional.empty();
  }

  private static boolean isReplaceable(ObjectNode root, String pointer) {
    JsonNode node = root.at(pointer);
    return node.isMissingNode() || node.isString();
  }

  private static ObjectNode expected(ObjectNode root, Set<String> pointers, String value) {
    ObjectNode result = root.deepCopy();
    for (String pointer : pointers) {
      JsonPointer path = JsonPointer.compile(pointer);
      boolean there = !root.at(path).isMissingNode();
      if (there && result.at(path.head()) instanceof ObjectNode parent) {
        parent.put(path.last().getMatchingProperty(), value);
      }
    }
    return result;
  }

  /** Where the strings stand, quotes excluded, in the order of the file. */
  private static List<Span> spans(byte[] json, Set<String> pointers) {
    List<Span> spans = new ArrayList<>();
    try (JsonParser parser = READER.createParser(json)) {
      JsonToken token = parser.nextToken();
      while (token != null) {
        String pointer = parser.streamReadContext().pathAsPointer().toString();
        if (token == JsonToken.VALUE_STRING && pointers.contains(pointer)) {
          // A byte offset: the parser reads bytes, so no other unit gets in.
          int quote = (int) parser.currentTokenLocation().getByteOffset();
          spans.add(new Span(quote + 1, closingQuote(json, quote + 1)));
        }
        token = parser.nextToken();
      }
    }
    return spans;
  }

  private static int closingQuote(byte[] json, int from) {
    int at = from;
    while (json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    return at;
  }

  private static byte[] splice(byte[] json, List<Span> spans, String value) {
    ByteArrayOutputStream result = new ByteArrayOutputStream(json.length + 64);
    int from = 0;
    for (Span span : spans) {
      result.write(json, from, span.start() - from);
      result.writeBytes(value.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      from = span.end();
    }
    result.write(json, from, json.length - from);
    return result.toByteArray();
  }

  private record Span(int start, int end) {}
}
