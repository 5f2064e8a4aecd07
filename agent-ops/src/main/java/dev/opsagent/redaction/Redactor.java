package dev.opsagent.redaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.protocol.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Hides secrets in text that leaves the worker: those that it knows, in every form in which tools
 * write them, and what looks like a token of a well-known issuer. One stands before all sinks.
 * Takes time in proportion to the text.
 *
 * <p>A text may have been cut off before it comes here. Where it says so with {@value #CUT}, the
 * beginning of a secret is hidden too. Of what is cut elsewhere, the end of a secret would remain:
 * who shows the end of a text lets it pass as a whole, or with what stood before it.
 *
 * <p>It knows a value from the moment in which it is told, and for a day after it has been replaced
 * by another. A value of fewer than {@value Forms#SHORTEST} bytes is not hidden: it would blot out
 * ordinary text without protecting anything.
 */
public final class Redactor {
  /** What stands in the place of a secret. */
  public static final String MASK = "[secret]";

  /** What stands where a text has been cut off. */
  static final String CUT = "…";

  /** How long a value that was replaced is still hidden: logs and caches of tools keep it. */
  private static final Duration KEPT = Duration.ofDays(1);

  private static final int WORTH_REFUSING = 8;

  private final LongSupplier nanoTime;
  private final Map<String, Map<String, Long>> known = new HashMap<>();
  private volatile Patterns ofTexts = Patterns.of(Map.of());

  /** Documents are state as well: a short value may be one of their ordinary words. */
  private volatile Patterns ofDocuments = ofTexts;

  /** Knows no value yet; finds what looks like a token all the same. */
  public Redactor(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** One that is told nothing more. */
  public static Redactor of(Map<String, String> secrets) {
    Redactor made = new Redactor(() -> 0);
    secrets.forEach(made::learn);
    return made;
  }

  /**
   * A text as it may be shown.
   *
   * @param found how often each secret was in it, by the secret's name or what it looks like
   */
  public record Redacted(String text, Map<String, Integer> found) {
    public Redacted {
      found = Map.copyOf(found);
    }
  }

  /** The value that the secret of that name has now is hidden from now on. */
  public synchronized void learn(String name, String value) {
    long now = nanoTime.getAsLong();
    Map<String, Long> seen = known.computeIfAbsent(name, _ -> new HashMap<>());
    boolean isNew = seen.put(value, now) == null;
    boolean gone =
        seen.entrySet()
            .removeIf(old -> !old.getKey().equals(value) && now - old.getValue() > KEPT.toNanos());
    if (isNew || gone) {
      ofTexts = patterns(Forms.SHORTEST);
      ofDocuments = patterns(WORTH_REFUSING);
    }
  }

  private Patterns patterns(int shortest) {
    Map<String, Set<String>> values = new TreeMap<>();
    known.forEach((name, seen) ->
        values.put(
            name,
            seen.keySet().stream()
                .filter(value -> value.strip().length() >= shortest)
                .collect(Collectors.toSet())));
    values.values().removeIf(Set::isEmpty);
    return Patterns.of(values);
  }

  /** The text with every secret replaced by {@link #MASK}. */
  public String text(String text) {
    return read(text).text();
  }

  /** The same, and what was found. */
  public Redacted read(String text) {
    return read(text, ofTexts);
  }

  private static Redacted read(String text, Patterns patterns) {
    byte[] bytes = text.getBytes(UTF_8);
    if (Scan.isClean(patterns, bytes)) {
      return new Redacted(text, Map.of());
    }
    ByteArrayOutputStream shown = new ByteArrayOutputStream(bytes.length + MASK.length());
    Map<String, Integer> found = scan(bytes, patterns, shown);
    return found.isEmpty() ? new Redacted(text, found) : new Redacted(shown.toString(UTF_8), found);
  }

  private static Map<String, Integer> scan(
      byte[] bytes, Patterns patterns, ByteArrayOutputStream shown) {
    Scan scan = new Scan(patterns, (piece, from, to) -> shown.write(piece, from, to - from));
    scan.write(bytes, 0, bytes.length);
    scan.end();
    return scan.found();
  }

  /**
   * The JSON document with the secrets in its texts and names replaced, but for those of fewer than
   * {@value #WORTH_REFUSING} characters; empty when there is none in it.
   */
  public Optional<byte[]> rewritten(byte[] document) {
    Patterns patterns = ofDocuments;
    return Scan.isClean(patterns, document)
            || scan(document, patterns, new ByteArrayOutputStream()).isEmpty()
        ? Optional.empty()
        : Optional.of(Json.write(redacted(Json.mapper().readTree(document), patterns)));
  }

  /** The same for a value that is written as JSON: without secrets, or itself. */
  public <T> T value(T value, Class<? extends T> type) {
    return rewritten(Json.write(value)).<T>map(shown -> Json.read(shown, type)).orElse(value);
  }

  private static JsonNode redacted(JsonNode node, Patterns patterns) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode shown = Json.mapper().createObjectNode();
        object
            .properties()
            .forEach(field ->
                shown.set(
                    read(field.getKey(), patterns).text(), redacted(field.getValue(), patterns)));
        yield shown;
      }
      case ArrayNode array -> {
        ArrayNode shown = Json.mapper().createArrayNode();
        array.forEach(element -> shown.add(redacted(element, patterns)));
        yield shown;
      }
      case StringNode text -> StringNode.valueOf(read(text.asString(), patterns).text());
      case JsonNode other -> other;
    };
  }

  /**
   * Which known secrets are in the text, in any form; those of fewer than {@value #WORTH_REFUSING}
   * characters do not count, since ordinary text may hold them.
   */
  public Set<String> known(String text) {
    return known(read(text, ofDocuments).found());
  }

  /** Which of what was found are known secrets that ordinary text would not hold. */
  public Set<String> known(Map<String, Integer> found) {
    Set<String> names = new TreeSet<>(found.keySet());
    names.retainAll(ofDocuments.names());
    return names;
  }

  /** A text that comes in pieces; of it, no more is held back than may be a part of a secret. */
  public Flow flow(OutputStream shown) {
    return new Flow(
        new Scan(
            ofTexts,
            (piece, from, to) -> {
              try {
                shown.write(piece, from, to - from);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
  }

  static byte[] maskBytes() {
    return MASK.getBytes(UTF_8);
  }

  /** A text on its way. */
  public static final class Flow implements AutoCloseable {
    private final Scan scan;

    private Flow(Scan scan) {
      this.scan = scan;
    }

    public void write(byte[] bytes, int from, int to) {
      scan.write(bytes, from, to);
    }

    /** What was held back is shown. */
    @Override
    public void close() {
      scan.end();
    }

    /** How often each secret was in it so far. */
    public Map<String, Integer> found() {
      return Map.copyOf(scan.found());
    }
  }
}
