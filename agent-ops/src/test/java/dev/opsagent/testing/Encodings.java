package dev.opsagent.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The ways in which tools write a text, by name. What is hidden from people must be hidden in each
 * of them; written here once more, so that tests do not ask what they test.
 */
public final class Encodings {
  private Encodings() {}

  public static Map<String, UnaryOperator<String>> all() {
    Map<String, UnaryOperator<String>> all = new LinkedHashMap<>();
    all.put("raw", it -> it);
    base64(all);
    all.put("URL, form", it -> URLEncoder.encode(it, UTF_8));
    all.put("URL, component", it -> URLEncoder.encode(it, UTF_8).replace("+", "%20"));
    all.put("URL, small letters", it -> small(URLEncoder.encode(it, UTF_8).replace("+", "%20")));
    all.put("URL, every byte", it -> "%" + HexFormat.ofDelimiter("%").formatHex(bytes(it)));
    all.put("URL, twice", it -> URLEncoder.encode(URLEncoder.encode(it, UTF_8), UTF_8));
    all.put("hex", it -> HexFormat.of().formatHex(bytes(it)));
    all.put("hex, capitals", it -> HexFormat.of().withUpperCase().formatHex(bytes(it)));
    all.put("hex, colons", it -> HexFormat.ofDelimiter(":").formatHex(bytes(it)));
    all.put("hex, spaces", it -> HexFormat.ofDelimiter(" ").formatHex(bytes(it)));
    all.put("hex, dashes", it -> HexFormat.ofDelimiter("-").formatHex(bytes(it)));
    all.put("hex, \\x", it -> HexFormat.of().withPrefix("\\x").formatHex(bytes(it)));
    all.put("hex, 0x", it -> HexFormat.ofDelimiter(", ").withPrefix("0x").formatHex(bytes(it)));
    all.put("hex, wrapped", it -> HexFormat.of().formatHex(bytes(it)).replaceAll(".{32}", "$0\n"));
    all.put("octal", it -> byByte(it, b -> String.format(Locale.ROOT, "\\%03o", b)));
    all.put("numbers", it -> byByte(it, b -> b + ", "));
    all.put("JSON", it -> json(it));
    all.put("JSON, slashes", it -> json(it).replace("/", "\\/"));
    all.put("JSON, ASCII", it -> ascii(json(it), "\\u%04x"));
    all.put("JSON, every character", it -> every(it, "\\u%04x"));
    all.put("JSON in JSON", it -> json("{\"it\":\"" + json(it) + "\"}"));
    all.put("shell, single quotes", it -> "'" + it.replace("'", "'\\''") + "'");
    all.put("shell, double quotes", it -> "\"" + it.replaceAll("[\"\\\\$`]", "\\\\$0") + "\"");
    all.put("shell, backslashes", it -> it.replaceAll("[^A-Za-z0-9_./\n]", "\\\\$0"));
    all.put("shell, $'…'", it -> "$'" + byByte(it, Encodings::dollar) + "'");
    all.put("XML", it -> xml(it));
    all.put("XML, decimal", it -> every(it, "&#%d;"));
    all.put("XML, hex", it -> every(it, "&#x%X;"));
    all.put("YAML, single quotes", it -> "'" + it.replace("'", "''") + "'");
    all.put("YAML, double quotes", it -> "\"" + ascii(json(it), "\\x%02X") + "\"");
    all.put("Java", it -> ascii(json(it).replace("'", "\\'"), "\\u%04X"));
    return all;
  }

  private static void base64(Map<String, UnaryOperator<String>> all) {
    all.put("base64", it -> Base64.getEncoder().encodeToString(bytes(it)));
    all.put(
        "base64, no padding", it -> Base64.getEncoder().withoutPadding().encodeToString(bytes(it)));
    all.put("base64, for URLs", it -> Base64.getUrlEncoder().encodeToString(bytes(it)));
    all.put("base64, after one", it -> Base64.getEncoder().encodeToString(bytes("a" + it + "z")));
    all.put("base64, after two", it -> Base64.getEncoder().encodeToString(bytes("ab" + it + "yz")));
    for (int width : new int[] {64, 76}) {
      all.put("base64, in lines of " + width, it -> mime(width, "user:" + it));
    }
    all.put("base64 of base64", it -> again(Base64.getEncoder().encodeToString(bytes(it))));
    all.put("base64 of base64, after text", it -> again("x:" + again("yz:" + it)));
    all.put("base64, wrapped in JSON", it -> json(mime(64, it)));
  }

  private static String again(String text) {
    return Base64.getEncoder().encodeToString(bytes(text));
  }

  private static String mime(int width, String text) {
    return Base64.getMimeEncoder(width, bytes("\r\n")).encodeToString(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String small(String url) {
    return java.util.regex.Pattern.compile("%..")
        .matcher(url)
        .replaceAll(match -> match.group().toLowerCase(Locale.ROOT));
  }

  private static String byByte(String text, IntFunction<String> written) {
    byte[] bytes = bytes(text);
    return IntStream.range(0, bytes.length)
        .mapToObj(i -> written.apply(bytes[i] & 0xff))
        .collect(Collectors.joining());
  }

  private static String dollar(int one) {
    return switch (one) {
      case '\'', '\\' -> "\\" + (char) one;
      case '\n' -> "\\n";
      default ->
          one < 0x20 || one > 0x7e
              ? String.format(Locale.ROOT, "\\x%02x", one)
              : String.valueOf((char) one);
    };
  }

  private static String json(String text) {
    return text.replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String ascii(String text, String format) {
    return text.chars()
        .mapToObj(c -> c > 0x7e ? String.format(Locale.ROOT, format, c) : String.valueOf((char) c))
        .collect(Collectors.joining());
  }

  private static String every(String text, String format) {
    return text.chars()
        .mapToObj(c -> String.format(Locale.ROOT, format, c))
        .collect(Collectors.joining());
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
