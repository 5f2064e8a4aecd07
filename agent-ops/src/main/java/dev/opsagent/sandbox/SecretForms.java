package dev.opsagent.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The ways in which tools print a secret, as UTF-8 bytes with one character per byte. */
final class SecretForms {
  private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");

  private SecretForms() {}

  static Set<String> of(String value) {
    Set<String> forms = new LinkedHashSet<>();
    String trimmed = value.strip();
    byte[] bytes = trimmed.getBytes(UTF_8);
    forms.add(bytewise(trimmed));
    forms.add(HexFormat.of().formatHex(bytes));
    forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
    addBase64(forms, bytes);
    addUrl(forms, trimmed);
    addJson(forms, trimmed);
    return forms;
  }

  private static String bytewise(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  /** A value inside a longer text may begin at any of the three places of a base64 group. */
  private static void addBase64(Set<String> forms, byte[] bytes) {
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + bytes.length];
      System.arraycopy(bytes, 0, shifted, before, bytes.length);
      int from = (8 * before + 5) / 6;
      int to = 8 * shifted.length / 6;
      if (from < to) {
        forms.add(Base64.getEncoder().encodeToString(shifted).substring(from, to));
        forms.add(Base64.getUrlEncoder().encodeToString(shifted).substring(from, to));
      }
    }
  }

  private static void addUrl(Set<String> forms, String value) {
    String form = URLEncoder.encode(value, UTF_8);
    String strict = form.replace("+", "%20").replace("*", "%2A");
    String component =
        form.replace("+", "%20")
            .replace("%21", "!")
            .replace("%27", "'")
            .replace("%28", "(")
            .replace("%29", ")")
            .replace("%7E", "~");
    for (String url : List.of(form, strict, component)) {
      forms.add(url);
      forms.add(ESCAPE.matcher(url).replaceAll(match -> match.group().toLowerCase(Locale.ROOT)));
    }
  }

  private static void addJson(Set<String> forms, String value) {
    String plain = json(value, false);
    forms.add(bytewise(plain));
    forms.add(bytewise(plain.replace("/", "\\/")));
    forms.add(bytewise(json(value, true)));
  }

  private static String json(String value, boolean asciiOnly) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      escaped.append(
          switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '<', '>', '&' -> asciiOnly ? unicode(c) : String.valueOf(c);
            default -> c < 0x20 || (asciiOnly && c > 0x7e) ? unicode(c) : String.valueOf(c);
          });
    }
    return escaped.toString();
  }

  private static String unicode(char c) {
    return String.format(Locale.ROOT, "\\u%04x", (int) c);
  }
}
