package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.RoutingMap.VerbEntry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Words that lead to an operation, or to another agent: made of the map, and kept only where the
 * router agrees, so that what is announced and what is done cannot differ.
 */
public final class Keywords {
  private static final int MOST = 16;

  private final RoutingMap map;
  private final Router router;

  public Keywords(RoutingMap map, Router router) {
    this.map = map;
    this.router = router;
  }

  /** Words that lead to the operation, and to nothing else. */
  public List<String> ofOperation(String operation) {
    return leading(
        operation,
        route -> route.operations().equals(List.of(operation)) && route.foreign().isEmpty());
  }

  /** Words that lead to the agent, and to nothing else. */
  public List<String> ofOwner(String owner) {
    return leading(
        owner, route -> route.owners().equals(List.of(owner)) && route.operations().isEmpty());
  }

  private List<String> leading(String name, Predicate<Routing> agrees) {
    return candidates(name)
        .distinct()
        .filter(words -> agrees.test(router.route(words)))
        .limit(MOST)
        .toList();
  }

  private Stream<String> candidates(String name) {
    Stream<String> verbs =
        map.verbs().values().stream()
            .filter(verb -> verb.otherwise().filter(name::equals).isPresent())
            .flatMap(verb -> plain(verb).limit(4));
    Stream<String> pairs =
        map.verbs().values().stream()
            .flatMap(verb ->
                verb.with().orElse(Map.of()).entrySet().stream()
                    .filter(rule -> rule.getValue().equals(name))
                    .flatMap(rule ->
                        plain(verb).limit(1).map(word -> word + " " + first(rule.getKey()))));
    Stream<String> alone =
        map.nouns().values().stream()
            .filter(noun -> noun.alone().filter(name::equals).isPresent())
            .flatMap(noun -> noun.words().stream().limit(4));
    Stream<String> works =
        map.nouns().values().stream()
            .filter(noun -> noun.work().filter(name::equals).isPresent())
            .map(noun -> "write " + noun.words().getFirst());
    return Stream.of(verbs, alone, works, pairs).flatMap(words -> words);
  }

  private static Stream<String> plain(VerbEntry verb) {
    return verb.words().stream().filter(word -> !word.contains("*"));
  }

  private String first(String noun) {
    return Objects.requireNonNull(map.nouns().get(noun)).words().getFirst();
  }
}
