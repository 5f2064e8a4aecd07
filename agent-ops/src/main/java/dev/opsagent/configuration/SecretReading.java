package dev.opsagent.configuration;

import dev.opsagent.configuration.ConfigurationFile.Value;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads where the declared secrets are. */
final class SecretReading {
  /** Names may have dots in them; what belongs to a source comes last. */
  private static final Pattern KEY =
      Pattern.compile(
          "(?<name>.+?)\\.(?<part>env|file|reaches|kubernetes\\.(environment|secret|key)"
              + "|(command|reads)\\.\\d+)");

  private static final Set<String> KINDS = Set.of("env", "file", "kubernetes", "command");
  private static final String KEEP_ONE = "keep env, file, kubernetes or command";

  private final Path directory;
  private final List<Problem> problems;

  /**
   * @param directory what paths are relative to
   * @param problems takes what is wrong
   */
  SecretReading(Path directory, List<Problem> problems) {
    this.directory = directory;
    this.problems = problems;
  }

  /** What is declared below {@code secrets}, by name. */
  Map<String, Secrets.Source> read(Map<String, Value> file) {
    Map<String, Map<String, Value>> declared = new LinkedHashMap<>();
    ConfigurationFile.below(file, "secrets.")
        .forEach((key, value) -> {
          Matcher split = KEY.matcher(key);
          if (split.matches()) {
            declared
                .computeIfAbsent(split.group("name"), _ -> new LinkedHashMap<>())
                .put(split.group("part"), value);
          }
        });
    Map<String, Secrets.Source> sources = new LinkedHashMap<>();
    declared.forEach(
        (name, parts) -> source(name, parts).ifPresent(source -> sources.put(name, source)));
    return sources;
  }

  private Optional<Secrets.Source> source(String name, Map<String, Value> parts) {
    Value first = parts.values().iterator().next();
    List<String> kinds =
        parts.keySet().stream()
            .map(part -> part.split("\\.", 2)[0])
            .filter(KINDS::contains)
            .distinct()
            .toList();
    if (kinds.size() != 1) {
      String count = kinds.isEmpty() ? "no source" : "two sources";
      return wrong(first, "secret " + name + " has " + count, KEEP_ONE);
    }
    boolean command = kinds.getFirst().equals("command");
    if (!command && parts.keySet().stream().anyMatch(part -> part.startsWith("rea"))) {
      return wrong(
          first, "secret " + name + " has reads or reaches", "they belong beside a command");
    }
    return switch (kinds.getFirst()) {
      case "env" -> Optional.of(new Secrets.Source.Env(text(parts, "env")));
      case "file" -> Optional.of(new Secrets.Source.File(directory.resolve(text(parts, "file"))));
      case "kubernetes" -> kubernetes(name, parts, first);
      default -> command(name, parts, first);
    };
  }

  private Optional<Secrets.Source> kubernetes(String name, Map<String, Value> parts, Value first) {
    for (String part : List.of("environment", "secret", "key")) {
      if (text(parts, "kubernetes." + part).isEmpty()) {
        return wrong(first, "secret " + name + " has no kubernetes." + part, "add " + part + ":");
      }
    }
    return Optional.of(
        new Secrets.Source.Kubernetes(
            text(parts, "kubernetes.environment"),
            text(parts, "kubernetes.secret"),
            text(parts, "kubernetes.key")));
  }

  private Optional<Secrets.Source> command(String name, Map<String, Value> parts, Value first) {
    List<String> arguments = list(parts, "command");
    if (arguments.getFirst().isBlank()) {
      return wrong(first, "secret " + name + " names no program", "name it first in command");
    }
    List<Path> reads = list(parts, "reads").stream().map(directory::resolve).toList();
    Value address = parts.get("reaches");
    if (address == null) {
      return Optional.of(new Secrets.Source.Command(arguments, reads, Optional.empty()));
    }
    return web(address.text())
        .<Secrets.Source>map(uri -> new Secrets.Source.Command(arguments, reads, Optional.of(uri)))
        .or(() ->
            wrong(
                address,
                "secret " + name + " reaches no address",
                "write an http or https address without a user in it"));
  }

  private static Optional<URI> web(String text) {
    try {
      URI uri = new URI(text);
      boolean web = Set.of("http", "https").contains(String.valueOf(uri.getScheme()));
      return Optional.of(uri)
          .filter(_ -> web && uri.getHost() != null && uri.getUserInfo() == null);
    } catch (URISyntaxException malformed) {
      return Optional.empty();
    }
  }

  private static List<String> list(Map<String, Value> parts, String key) {
    List<String> found = new ArrayList<>();
    for (int i = 0; parts.containsKey(key + "." + i); i++) {
      found.add(text(parts, key + "." + i));
    }
    return found;
  }

  private static String text(Map<String, Value> parts, String key) {
    return Optional.ofNullable(parts.get(key)).map(Value::text).orElse("");
  }

  private Optional<Secrets.Source> wrong(Value at, String cause, String fix) {
    problems.add(new Problem(at.where(), cause, fix));
    return Optional.empty();
  }
}
