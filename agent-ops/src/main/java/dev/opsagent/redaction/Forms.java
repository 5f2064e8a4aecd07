package dev.opsagent.redaction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What to look for, for one secret. Escapes are not among it: they are decoded before anything is
 * looked for. Forms are text with one character per byte.
 */
final class Forms {
  /** A shorter one would blot out ordinary text without protecting anything. */
  static final int SHORTEST = 4;

  /** The same for a line of a secret, and for what is looked for with the spaces left out. */
  private static final int SHORTEST_PART = 8;

  private static final int SHORTEST_NUMBERS = 12;

  private Forms() {}

  /** Looked for in the text as it is, and in the text with its escapes decoded. */
  static Set<String> plain(String secret) {
    Set<String> forms = new LinkedHashSet<>();
    for (String part : parts(secret)) {
      forms.add(new String(part.getBytes(UTF_8), ISO_8859_1));
      if (ISO_8859_1.newEncoder().canEncode(part)) {
        forms.add(part);
      }
    }
    for (String form : List.copyOf(forms)) {
      forms.add(form.replace(' ', '+'));
      forms.add(form.replace("'", "''"));
      forms.add(form.replace("'", "'\\''"));
      forms.add(form.replace("'", "'\"'\"'"));
    }
    forms.removeIf(form -> form.length() < SHORTEST);
    return forms;
  }

  /** Looked for in the text as {@link Compact} leaves it: digits of every kind. */
  static Set<String> compact(String secret) {
    Set<String> forms = new LinkedHashSet<>();
    for (String part : parts(secret)) {
      byte[] bytes = part.getBytes(UTF_8);
      forms.addAll(hex(bytes));
      for (String once : base64(bytes)) {
        forms.add(once);
        forms.addAll(base64(once.getBytes(UTF_8)));
      }
      forms.add(joined(bytes, "%d"));
      forms.add(joined(bytes, "%03o"));
    }
    return forms.stream()
        .filter(form -> form.length() >= shortest(form))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static int shortest(String form) {
    boolean numbers = form.chars().allMatch(it -> it >= '0' && it <= '9');
    return numbers ? SHORTEST_NUMBERS : SHORTEST_PART;
  }

  /** The secret, and of one with several lines each line; a line may be all that is printed. */
  private static Set<String> parts(String secret) {
    Set<String> parts = new LinkedHashSet<>();
    String whole = secret.strip();
    parts.add(whole);
    whole
        .lines()
        .map(String::strip)
        .filter(line -> line.length() >= SHORTEST_PART && !line.startsWith("-----"))
        .forEach(parts::add);
    return parts;
  }

  private static Set<String> hex(byte[] bytes) {
    Set<String> forms = new LinkedHashSet<>();
    for (HexFormat format : List.of(HexFormat.of(), HexFormat.of().withUpperCase())) {
      forms.add(format.formatHex(bytes));
      for (String before : List.of("x", "0x", "u00")) {
        forms.add(format.withPrefix(before).formatHex(bytes));
      }
      forms.add(format.withDelimiter("+").formatHex(bytes)); // as 61-62 is left
    }
    return forms;
  }

  /** Inside a longer text a secret begins at any of the three places of a base64 group. */
  private static Set<String> base64(byte[] bytes) {
    Set<String> forms = new LinkedHashSet<>();
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + bytes.length];
      System.arraycopy(bytes, 0, shifted, before, bytes.length);
      int from = (8 * before + 5) / 6;
      int to = 8 * shifted.length / 6;
      if (from < to) {
        forms.add(Base64.getEncoder().encodeToString(shifted).substring(from, to));
      }
    }
    return forms;
  }

  private static String joined(byte[] bytes, String format) {
    return IntStream.range(0, bytes.length)
        .mapToObj(at -> String.format(Locale.ROOT, format, bytes[at] & 0xff))
        .collect(Collectors.joining());
  }
}
