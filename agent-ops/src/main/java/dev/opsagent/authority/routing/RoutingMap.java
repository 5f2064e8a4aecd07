package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Outcome.Ask;
import dev.opsagent.authority.routing.Outcome.Nothing;
import dev.opsagent.authority.routing.Outcome.Ours;
import dev.opsagent.authority.routing.Outcome.Theirs;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules and the lexicon of {@code routing.yaml}, which says how to read it.
 *
 * @param operations name to description
 * @param covers things that an operation deals with itself, although they are another's work
 * @param owners the other agents, by name
 * @param nouns by class
 * @param endings of file names, to the class of noun that such a file is
 * @param verbs by class
 * @param irregular forms of the past, to their base
 * @param words the words that hold sentences together, by their role
 */
public record RoutingMap(
    int version,
    Map<String, String> operations,
    Map<String, List<String>> covers,
    Map<String, OwnerEntry> owners,
    Map<String, NounEntry> nouns,
    Map<String, String> endings,
    Map<String, VerbEntry> verbs,
    Map<String, String> irregular,
    Map<String, List<String>> words) {
  /** The map that is shipped. */
  public static final RoutingMap DEFAULT = shipped();

  /**
   * Another agent.
   *
   * @param scope its work, in words
   * @param called the words by which people speak of it
   */
  public record OwnerEntry(String title, String scope, List<String> called) {
    public OwnerEntry {
      called = List.copyOf(called);
    }
  }

  /**
   * A class of nouns.
   *
   * @param work whose work it is to make or change such a thing
   * @param alone whose work is meant where it is named without a verb
   */
  public record NounEntry(Optional<String> work, Optional<String> alone, List<String> words) {
    public NounEntry {
      words = List.copyOf(words);
    }
  }

  /**
   * A class of verbs.
   *
   * @param any whether the noun decides where {@code with} does not
   * @param named whether its object may be any name
   * @param with class of noun to outcome
   * @param otherwise the outcome where no noun decides
   */
  public record VerbEntry(
      List<String> words,
      Optional<Boolean> any,
      Optional<Boolean> named,
      Optional<Map<String, String>> with,
      Optional<String> otherwise) {
    public VerbEntry {
      words = List.copyOf(words);
    }
  }

  public RoutingMap {
    List<String> faults = new ArrayList<>();
    verbs.forEach((name, verb) -> {
      verb.with().orElse(Map.of()).keySet().stream()
          .filter(noun -> !nouns.containsKey(noun))
          .forEach(noun -> faults.add("verbs." + name + ".with." + noun));
    });
    endings.values().stream().filter(it -> !nouns.containsKey(it)).forEach(faults::add);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException("no such class of nouns: " + faults);
    }
  }

  /** Whether the operation deals with the thing itself. */
  boolean covers(String operation, String words) {
    return covers.getOrDefault(operation, List.of()).contains(words);
  }

  /** The title of an owner, as people read it. */
  public String title(String owner) {
    return Optional.ofNullable(owners.get(owner)).map(OwnerEntry::title).orElse(owner);
  }

  /**
   * What stands for the outcome in the resource.
   *
   * @throws IllegalArgumentException when it is neither an operation nor an owner nor a word for it
   */
  Outcome outcome(String name) {
    if (operations.containsKey(name)) {
      return new Ours(name);
    }
    if (owners.containsKey(name)) {
      return new Theirs(name);
    }
    return switch (name) {
      case "ask" -> new Ask();
      case "nothing" -> new Nothing();
      default -> throw new IllegalArgumentException("no such outcome: " + name);
    };
  }

  private static RoutingMap shipped() {
    try (InputStream stream = RoutingMap.class.getResourceAsStream("routing.yaml")) {
      if (stream == null) {
        throw new IllegalStateException("the jar lacks routing.yaml");
      }
      return Json.readYaml(stream.readAllBytes(), RoutingMap.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
