package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.configure.Shape.Entry;
import dev.opsagent.operations.configure.Shape.Mapping;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Settings with a structure: JSON, YAML, or the data of a ConfigMap in a manifest.
 *
 * @param place which document of the file, and where in it keys begin
 */
record Structured(Notation notation, Place place) implements SettingsFormat {
  /** A mark that some editors put before a text; offsets are counted behind it. */
  private static final String MARK = "\uFEFF";

  @Override
  public SortedMap<String, String> read(String text) throws Stopped {
    List<JsonNode> documents = notation.trees(unmarked(text));
    SortedMap<String, String> values = new TreeMap<>();
    place.values(documents.get(place.document(documents)), values);
    return values;
  }

  private static String unmarked(String text) {
    return text.startsWith(MARK) ? text.substring(1) : text;
  }

  @Override
  public String edit(String text, Edit edit) throws Stopped {
    String before = unmarked(text);
    String after = edited(before, edit);
    return text.substring(0, text.length() - before.length()) + after;
  }

  private String edited(String text, Edit edit) throws Stopped {
    List<JsonNode> documents = notation.trees(text);
    int document = place.document(documents);
    List<String> path = place.path(edit.key());
    Optional<JsonNode> wanted = wanted(edit);
    Optional<JsonNode> there = at(documents.get(document), path);
    if (there.equals(wanted)) {
      return text;
    }
    if (there.filter(JsonNode::isContainer).isPresent()) {
      throw Unsure.of("%s is no single value".formatted(edit.key()));
    }
    String after = splice(text, document, path, wanted).in(text);
    expect(documents.get(document), path, wanted);
    if (!notation.trees(after).equals(documents)) {
      throw Unsure.of("read back, the file would not hold what is wanted of " + edit.key());
    }
    return after;
  }

  private Optional<JsonNode> wanted(Edit edit) {
    return switch (edit) {
      case Edit.Set set -> Optional.of(place.value(set.value()));
      case Edit.Refer refer -> Optional.of(JsonNodeFactory.instance.stringNode(refer.reference()));
      case Edit.Unset _ -> Optional.empty();
    };
  }

  private static Optional<JsonNode> at(JsonNode root, List<String> path) {
    JsonNode node = root;
    for (String key : path) {
      node = node.path(key);
    }
    return node.isMissingNode() ? Optional.empty() : Optional.of(node);
  }

  private Splice splice(String text, int document, List<String> path, Optional<JsonNode> wanted)
      throws Stopped {
    Mapping mapping = mapping(notation.shapes(text).get(document), path);
    String key = path.getLast();
    Optional<Entry> entry =
        mapping.entries().stream().filter(it -> it.key().equals(key)).findFirst();
    ShapeEditor editor = new ShapeEditor(notation, text);
    if (wanted.isEmpty()) {
      return editor.remove(mapping, entry.orElseThrow());
    }
    return entry.isPresent()
        ? editor.replace(entry.get(), wanted.get())
        : editor.add(mapping, key, wanted.get());
  }

  private static Mapping mapping(Shape root, List<String> path) throws Stopped {
    Shape shape = root;
    for (String key : path.subList(0, path.size() - 1)) {
      shape =
          entries(shape).stream()
              .filter(it -> it.key().equals(key))
              .map(Entry::value)
              .findFirst()
              .orElseThrow(() -> Unsure.of("the file has nothing at " + key));
    }
    if (shape instanceof Mapping mapping) {
      return mapping;
    }
    throw Unsure.of("what should hold %s holds no keys".formatted(path.getLast()));
  }

  private static List<Entry> entries(Shape shape) {
    return shape instanceof Mapping mapping ? mapping.entries() : List.of();
  }

  /** The tree as it should be read back. */
  private static void expect(JsonNode root, List<String> path, Optional<JsonNode> wanted)
      throws Stopped {
    Optional<JsonNode> parent = at(root, path.subList(0, path.size() - 1));
    if (!(parent.orElse(root) instanceof ObjectNode object)) {
      throw Unsure.of("what should hold %s holds no keys".formatted(path.getLast()));
    }
    wanted.ifPresentOrElse(
        value -> object.set(path.getLast(), value), () -> object.remove(path.getLast()));
  }
}
