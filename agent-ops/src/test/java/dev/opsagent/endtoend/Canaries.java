package dev.opsagent.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.testing.Encodings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Secrets that must come up nowhere, and the search for them. A part of an encoding gives it away
 * as well: what is looked for is each one without its ends, which encoders share with the
 * neighbours.
 */
final class Canaries {
  private static final int EDGE = 8;

  private final Map<String, String> values;

  /** What to look for, without white space, by the canary and the encoding. */
  private final Map<String, String> traces = new LinkedHashMap<>();

  /**
   * @param values by name, of 24 characters or more
   */
  Canaries(Map<String, String> values) {
    this.values = Collections.unmodifiableMap(new TreeMap<>(values));
    values.forEach((name, value) ->
        Encodings.all()
            .forEach((encoding, write) -> {
              String trace = squeezed(bytewise(write.apply(value)));
              traces.put(name + " as " + encoding, trace.substring(EDGE, trace.length() - EDGE));
            }));
  }

  private static String bytewise(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  /** Wrapped text is one text, whatever stands for the ends of its lines. */
  private static String squeezed(String text) {
    return text.replaceAll("\\\\[rn]|\\s", "");
  }

  Set<String> names() {
    return values.keySet();
  }

  /** Every canary in every encoding, one after the other. */
  String written() {
    return written(values.keySet());
  }

  /** The same with one of them before the others: of what is long, the beginning is quoted. */
  private String writtenFrom(String first) {
    Set<String> names = new LinkedHashSet<>(Set.of(first));
    names.addAll(values.keySet());
    return written(names);
  }

  private String written(Set<String> names) {
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      String value = values.getOrDefault(name, "");
      Encodings.all().values().forEach(write -> lines.add("it: " + write.apply(value)));
    }
    return String.join("\n", lines) + "\n";
  }

  /** JavaScript that makes that text of something which holds none of it, in a constant. */
  String script(String constant) {
    return script(constant, written());
  }

  /** The same of the text that begins with that canary. */
  String scriptFrom(String first, String constant) {
    return script(constant, writtenFrom(first));
  }

  private static String script(String constant, String text) {
    byte[] hidden = text.getBytes(UTF_8);
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] ^= 0x5a;
    }
    return "const %s = Buffer.from('%s', 'base64').map(b => b ^ 0x5a);\n"
        .formatted(constant, Base64.getEncoder().encodeToString(hidden));
  }

  int traces() {
    return traces.size();
  }

  /** Which canaries are in the text, and as what; also where it is quoted in JSON. */
  Set<String> in(byte[] text) {
    String raw = new String(text, ISO_8859_1);
    String unquoted = squeezed(raw.replace("\\\\", "\\").replace("\\\"", "\""));
    String squeezed = squeezed(raw);
    Set<String> found = new TreeSet<>();
    traces.forEach((name, trace) -> {
      if (squeezed.contains(trace) || unquoted.contains(trace)) {
        found.add(name);
      }
    });
    return found;
  }

  /** Likewise in each file below the folder, by the file. */
  Map<Path, Set<String>> below(Path folder) throws IOException {
    Map<Path, Set<String>> found = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Set<String> inFile = in(contents(file));
        if (!inFile.isEmpty()) {
          found.put(file, inFile);
        }
      }
    }
    return found;
  }

  private static byte[] contents(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException gone) {
      return new byte[0];
    }
  }
}
