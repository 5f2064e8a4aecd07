package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.configure.Shape.Entry;
import dev.opsagent.operations.configure.Shape.Mapping;
import dev.opsagent.operations.configure.Shape.Scalar;
import dev.opsagent.operations.configure.Shape.Style;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Changes one entry of a mapping, and nothing beside it. */
record ShapeEditor(Notation notation, String text) {
  private static final Pattern REST_OF_LINE = Pattern.compile("[ \\t]*([ \\t]#.*)?\\r?\\n?");

  Splice replace(Entry entry, JsonNode value) throws Stopped {
    if (!(entry.value() instanceof Scalar scalar) || scalar.style() == Style.BLOCK) {
      throw Unsure.of("the value of %s is no single value on its line".formatted(entry.key()));
    }
    boolean empty = scalar.start() == scalar.end();
    String written = notation.scalar(value, scalar.style());
    return new Splice(
        empty ? entry.keyEnd() + 1 : scalar.start(),
        empty ? entry.keyEnd() + 1 : scalar.end(),
        empty ? " " + written : written);
  }

  Splice add(Mapping mapping, String key, JsonNode value) throws Stopped {
    String written = notation.key(key) + ": " + notation.scalar(value, Style.PLAIN);
    if (mapping.block()) {
      return addLine(mapping, written);
    }
    if (mapping.entries().isEmpty()) {
      return Splice.insert(mapping.start() + 1, written);
    }
    return Splice.insert(mapping.entries().getLast().end(), "," + gap(mapping) + written);
  }

  /** What stands before an entry of a mapping with commas. */
  private String gap(Mapping mapping) {
    List<Entry> entries = mapping.entries();
    int from = mapping.start() + 1;
    if (entries.size() > 1) {
      from = text.indexOf(',', entries.get(entries.size() - 2).end()) + 1;
    }
    String gap = text.substring(from, entries.getLast().start());
    boolean plain = gap.isBlank() && (entries.size() > 1 || !gap.isEmpty());
    return plain ? gap : " ";
  }

  /** Behind the last entry that has one line of its own, or before all. */
  private Splice addLine(Mapping mapping, String written) throws Stopped {
    Entry first = mapping.entries().getFirst();
    int start = Splice.lineStart(text, first.start());
    String indent = text.substring(start, first.start());
    if (!indent.isBlank()) {
      throw Unsure.of("the first key beside the new one has no line of its own");
    }
    String end = Splice.lineEnd(text);
    Optional<Entry> last =
        mapping.entries().reversed().stream().filter(this::hasItsLine).findFirst();
    if (last.isEmpty()) {
      return Splice.insert(first.start(), written + end + indent);
    }
    int next = Splice.nextLine(text, last.get().end());
    boolean open = text.charAt(next - 1) != '\n';
    return Splice.insert(next, open ? end + indent + written : indent + written + end);
  }

  private boolean hasItsLine(Entry entry) {
    int line = Splice.lineStart(text, entry.start());
    boolean flow = entry.value() instanceof Scalar scalar && scalar.style() != Style.BLOCK;
    return flow
        && text.substring(line, entry.start()).isBlank()
        && REST_OF_LINE
            .matcher(text)
            .region(restFrom(entry), Splice.nextLine(text, restFrom(entry)))
            .matches();
  }

  /** Behind the value, or behind the colon when there is none. */
  private static int restFrom(Entry entry) {
    boolean empty = entry.value().start() == entry.value().end();
    return empty ? entry.keyEnd() + 1 : entry.end();
  }

  Splice remove(Mapping mapping, Entry entry) throws Stopped {
    if (!mapping.block()) {
      return removeBetweenCommas(mapping.entries(), entry);
    }
    if (!hasItsLine(entry)) {
      throw Unsure.of("%s has no line of its own".formatted(entry.key()));
    }
    return new Splice(
        Splice.lineStart(text, entry.start()), Splice.nextLine(text, restFrom(entry)), "");
  }

  private Splice removeBetweenCommas(List<Entry> entries, Entry entry) throws Stopped {
    int index = entries.indexOf(entry);
    boolean last = index == entries.size() - 1;
    int start = last && index > 0 ? entries.get(index - 1).end() : entry.start();
    int end = last ? entry.end() : entries.get(index + 1).start();
    boolean comment =
        text.substring(start, Math.max(start, entry.start())).contains("#")
            || text.substring(entry.end(), end).contains("#");
    if (comment) {
      throw Unsure.of("a comment stands beside " + entry.key());
    }
    return new Splice(start, end, "");
  }
}
