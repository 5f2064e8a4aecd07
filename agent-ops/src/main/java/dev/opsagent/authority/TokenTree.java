package dev.opsagent.authority;

import dev.opsagent.authority.SharedDocument.Node;
import dev.opsagent.authority.SharedDocument.Unreadable;
import dev.opsagent.protocol.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.dataformat.toml.TomlFactory;
import tools.jackson.dataformat.toml.TomlMapper;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Makes a tree of tokens; anchors are kept, so that an alias holds what its anchor holds. */
final class TokenTree {
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(Json.MAX_NESTING)
          .maxNumberLength(Json.MAX_NUMBER)
          .maxNameLength(1024)
          .maxDocumentLength(Json.MAX_BYTES)
          .build();

  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .streamReadConstraints(LIMITS)
                  // The parser fails on a pair of surrogates that its buffer parts.
                  .loadSettings(LoadSettings.builder().setBufferSize(Json.MAX_BYTES + 1).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final TomlMapper TOML =
      TomlMapper.builder(TomlFactory.builder().streamReadConstraints(LIMITS).build()).build();

  private final JsonParser parser;
  private final Map<String, Node> anchors = new HashMap<>();

  private TokenTree(JsonParser parser) {
    this.parser = parser;
  }

  static Node ofJson(byte[] bytes) throws Unreadable {
    return read(() -> Json.mapper().createParser(bytes));
  }

  static Node ofYaml(byte[] bytes) throws Unreadable {
    return read(() -> YAML.createParser(bytes));
  }

  static Node ofToml(byte[] bytes) throws Unreadable {
    return read(() -> TOML.createParser(bytes));
  }

  private static Node read(java.util.function.Supplier<JsonParser> open) throws Unreadable {
    try (JsonParser parser = open.get()) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new Unreadable("empty");
      }
      Node root = new TokenTree(parser).node();
      if (parser.nextToken() != null) {
        throw new Unreadable("more than one document");
      }
      return root;
    } catch (JacksonException broken) {
      throw new Unreadable("not well-formed");
    }
  }

  private Node node() throws Unreadable {
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      return alias(parser.getString());
    }
    Object anchor = parser.getObjectId();
    Object tag = parser.getTypeId();
    Node content =
        switch (parser.currentToken()) {
          case START_OBJECT -> keys();
          case START_ARRAY -> items();
          default -> new Node.Value(parser.currentToken() + " " + parser.getString());
        };
    Node node = tag == null ? content : tagged(tag, content);
    if (anchor != null) {
      anchors.put(anchor.toString(), node);
    }
    return node;
  }

  private Node alias(@Nullable String name) throws Unreadable {
    Node node = name == null ? null : anchors.get(name);
    if (node == null) {
      throw new Unreadable("an alias without its anchor");
    }
    return node;
  }

  /** A tag says what its content is for, so that it is a value beside it. */
  private static Node tagged(Object tag, Node content) {
    return new Node.Items(List.of(new Node.Value("tag " + tag), content));
  }

  private Node keys() throws Unreadable {
    Map<String, Node> nodes = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      if (nodes.put(key, node()) != null) {
        throw new Unreadable("a key twice");
      }
    }
    return nodes.isEmpty() ? new Node.Value("{}") : new Node.Keys(nodes);
  }

  private Node items() throws Unreadable {
    List<Node> nodes = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      nodes.add(node());
    }
    return nodes.isEmpty() ? new Node.Value("[]") : new Node.Items(nodes);
  }
}
