package dev.opsagent.authority;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.opsagent.protocol.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The values of a JSON, YAML, TOML or XML file by their pointers, so that two states of it can be
 * compared value by value. JSON pointers as in RFC 6901. In YAML an alias holds what its anchor
 * holds, and {@code <<} is a key like others. In XML an element is a key, repeated ones are a list,
 * an attribute is {@code @name} and text beside elements {@code #text}.
 */
public final class SharedDocument {
  private static final int MOST_VALUES = 100_000;
  private static final int MOST_CHARACTERS = 16 * 1024 * 1024;
  private static final int DEEPEST = 200;

  private final Map<String, String> values = new TreeMap<>();
  private long characters;

  private SharedDocument() {}

  /** How the file is written. */
  public enum Format {
    JSON,
    YAML,
    TOML,
    XML;

    @JsonValue
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A part of a document, whatever its format. */
  sealed interface Node {
    /** A value with its type, or an empty list or mapping. */
    record Value(String text) implements Node {}

    /** Counted from 0. */
    record Items(List<Node> nodes) implements Node {}

    /** By key. */
    record Keys(Map<String, Node> nodes) implements Node {}
  }

  /** A document that cannot be read, or is beyond the limits. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String why) {
      super(why, null, false, false);
    }
  }

  /**
   * The pointers whose values differ between two states of a file.
   *
   * @return empty when one of them cannot be read within the limits: 1 MiB, 100,000 values; or when
   *     bytes differ and no value does
   */
  public static Optional<List<String>> changes(Format format, byte[] before, byte[] after) {
    if (before.length > Json.MAX_BYTES || after.length > Json.MAX_BYTES) {
      return Optional.empty();
    }
    try {
      Map<String, String> old = read(format, before);
      Map<String, String> now = read(format, after);
      TreeSet<String> pointers = new TreeSet<>(old.keySet());
      pointers.addAll(now.keySet());
      pointers.removeIf(pointer ->
          Optional.ofNullable(old.get(pointer)).equals(Optional.ofNullable(now.get(pointer))));
      return Optional.of(List.copyOf(pointers)).filter(it -> !it.isEmpty());
    } catch (Unreadable unreadable) {
      return Optional.empty();
    }
  }

  private static Map<String, String> read(Format format, byte[] bytes) throws Unreadable {
    Node root =
        switch (format) {
          case JSON -> TokenTree.ofJson(bytes);
          case YAML -> TokenTree.ofYaml(bytes);
          case TOML -> TokenTree.ofToml(bytes);
          case XML -> XmlTree.of(bytes);
        };
    SharedDocument document = new SharedDocument();
    document.add("", root, 0);
    return document.values;
  }

  private void add(String pointer, Node node, int depth) throws Unreadable {
    if (depth > DEEPEST) {
      throw new Unreadable("too deep");
    }
    switch (node) {
      case Node.Value(String text) -> put(pointer, text);
      case Node.Items(List<Node> nodes) -> {
        for (int i = 0; i < nodes.size(); i++) {
          add(pointer + "/" + i, nodes.get(i), depth + 1);
        }
      }
      case Node.Keys(Map<String, Node> nodes) -> {
        for (Map.Entry<String, Node> entry : new ArrayList<>(nodes.entrySet())) {
          add(pointer + "/" + escaped(entry.getKey()), entry.getValue(), depth + 1);
        }
      }
    }
  }

  private static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }

  private void put(String pointer, String text) throws Unreadable {
    characters += pointer.length();
    if (characters > MOST_CHARACTERS || values.size() == MOST_VALUES) {
      throw new Unreadable("too much");
    }
    values.put(pointer, text);
  }
}
