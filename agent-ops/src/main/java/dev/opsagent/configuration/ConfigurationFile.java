package dev.opsagent.configuration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A YAML file read into paths and values that know where they stand. Keys that nobody knows are
 * problems at once, at the level where they go wrong.
 */
final class ConfigurationFile {
  private static final String ANY = "*";
  private static final String ENTRY = "-";
  private static final String FREE = "**";

  private static final List<List<String>> TABLES =
      List.of(
          List.of("kafka", FREE),
          List.of("environments", ENTRY),
          List.of("git", "credentials", ENTRY, "prefix"),
          List.of("git", "credentials", ENTRY, "username"),
          List.of("git", "credentials", ENTRY, "secret"),
          List.of("secrets", ANY, "env"),
          List.of("secrets", ANY, "file"),
          List.of("secrets", ANY, "kubernetes", "environment"),
          List.of("secrets", ANY, "kubernetes", "secret"),
          List.of("secrets", ANY, "kubernetes", "key"),
          List.of("secrets", ANY, "command", ENTRY),
          List.of("secrets", ANY, "reads", ENTRY),
          List.of("secrets", ANY, "reaches"));

  private final String name;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private ConfigurationFile(String name) {
    this.name = name;
  }

  /** One scalar of the file. */
  record Value(String text, Origin.File where) {}

  static ConfigurationFile read(String name, String yaml) {
    ConfigurationFile file = new ConfigurationFile(name);
    try (JsonParser parser = new YAMLMapper().createParser(yaml)) {
      file.document(parser);
    } catch (JacksonException broken) {
      file.problems.add(file.broken(broken));
    }
    return file;
  }

  /** Scalars by path; the levels are joined by dots, the entries of lists counted from 0. */
  Map<String, Value> values() {
    return values;
  }

  List<Problem> problems() {
    return problems;
  }

  private void document(JsonParser parser) {
    JsonToken first = parser.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      return;
    }
    if (first != JsonToken.START_OBJECT) {
      problems.add(new Problem(at(parser), "the file is not a mapping", "write key: value lines"));
      return;
    }
    mapping(parser, List.of());
  }

  private void node(JsonParser parser, List<String> path) {
    switch (parser.currentToken()) {
      case START_OBJECT -> mapping(parser, path);
      case START_ARRAY -> sequence(parser, path);
      default -> scalar(parser, path);
    }
  }

  private void mapping(JsonParser parser, List<String> path) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      Origin.File where = at(parser);
      List<String> inner = append(path, key);
      parser.nextToken();
      if (!known(path, key, where)) {
        parser.skipChildren();
        continue;
      }
      node(parser, inner);
    }
  }

  private void sequence(JsonParser parser, List<String> path) {
    if (!children(path).contains(ENTRY)) {
      problems.add(
          new Problem(at(parser), String.join(".", path) + " is no list", "write one value"));
      parser.skipChildren();
      return;
    }
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      node(parser, append(path, Integer.toString(index)));
    }
  }

  private void scalar(JsonParser parser, List<String> path) {
    Origin.File where = at(parser);
    boolean empty = parser.currentToken() == JsonToken.VALUE_NULL;
    if (!empty && !leaf(path)) {
      String key = String.join(".", path);
      List<String> inner = children(path);
      problems.add(
          new Problem(
              where,
              key + " is not a single value",
              "give it " + describe(inner),
              inner.stream().filter(it -> !isPattern(it)).toList()));
      return;
    }
    String text = empty ? "" : parser.getString();
    if (values.put(String.join(".", path), new Value(text, where)) != null) {
      problems.add(new Problem(where, String.join(".", path) + " is given twice", "keep one"));
    }
  }

  private static String describe(List<String> inner) {
    return inner.stream().anyMatch(ConfigurationFile::isPattern)
        ? "a list or mapping"
        : "the keys " + String.join(", ", inner);
  }

  private static boolean isPattern(String key) {
    return key.equals(ANY) || key.equals(ENTRY) || key.equals(FREE);
  }

  private boolean known(List<String> path, String key, Origin where) {
    List<String> allowed = children(path);
    if (allowed.contains(key) || allowed.contains(FREE) || allowed.contains(ANY)) {
      return true;
    }
    if (allowed.isEmpty()) {
      String cause = String.join(".", path) + " takes a single value";
      problems.add(new Problem(where, cause, "write it behind the colon"));
      return false;
    }
    String full = path.isEmpty() ? key : String.join(".", path) + "." + key;
    List<String> keys = allowed.stream().filter(it -> !isPattern(it)).toList();
    String fix =
        Nearest.to(key, keys)
            .map(it -> "did you mean " + it + "?")
            .orElse(
                keys.isEmpty()
                    ? "write a list, each entry behind a dash"
                    : "valid keys here: " + String.join(", ", keys));
    problems.add(new Problem(where, "unknown key " + full, fix, keys));
    return false;
  }

  private static boolean leaf(List<String> path) {
    return children(path).isEmpty() || (path.size() > 1 && path.getFirst().equals("kafka"));
  }

  /** The keys that may follow the path. */
  private static List<String> children(List<String> path) {
    List<List<String>> all = new ArrayList<>(TABLES);
    for (Setting setting : Setting.values()) {
      all.add(setting.path());
    }
    return all.stream()
        .filter(it -> begins(it, path))
        .map(it -> it.get(Math.min(path.size(), it.size() - 1)))
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean begins(List<String> pattern, List<String> path) {
    boolean free = pattern.getLast().equals(FREE);
    if (!free && pattern.size() <= path.size()) {
      return false;
    }
    for (int level = 0; level < path.size(); level++) {
      String expected = pattern.get(Math.min(level, pattern.size() - 1));
      if (!isPattern(expected) && !expected.equals(path.get(level))) {
        return false;
      }
    }
    return true;
  }

  private static List<String> append(List<String> path, String key) {
    List<String> longer = new ArrayList<>(path);
    longer.add(key);
    return List.copyOf(longer);
  }

  private Origin.File at(JsonParser parser) {
    return at(parser.currentTokenLocation());
  }

  private Origin.File at(TokenStreamLocation location) {
    return new Origin.File(
        name, Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }

  private Problem broken(JacksonException cause) {
    TokenStreamLocation location = cause.getLocation();
    Origin where = location == null ? new Origin.File(name, 1, 1) : at(location);
    String first = cause.getOriginalMessage().lines().findFirst().orElse("");
    return new Problem(where, "not valid YAML (" + first + ")", "correct the syntax there");
  }

  /** What stands below a prefix of keys, without it. */
  static Map<String, Value> below(Map<String, Value> file, String prefix) {
    Map<String, Value> found = new LinkedHashMap<>();
    file.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        found.put(key.substring(prefix.length()), value);
      }
    });
    return found;
  }
}
