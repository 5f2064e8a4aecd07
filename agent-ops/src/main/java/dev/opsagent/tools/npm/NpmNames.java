package dev.opsagent.tools.npm;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.regex.Pattern;

/** What may become part of an address or an argument; everything else is refused before use. */
enum NpmNames {
  PACKAGE("package name", "(@[A-Za-z0-9~_][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_][A-Za-z0-9._~-]*", 214),
  VERSION("version", "\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?", 128),
  /** Tags that read like a version would be taken for one. */
  TAG("tag", "(?!v\\d)[A-Za-z][A-Za-z0-9._-]*", 64),
  ACCESS("access", "public|restricted", 10),
  SCRIPT("script", "[A-Za-z0-9_][A-Za-z0-9:._-]*", 100);

  private final String words;
  private final Pattern pattern;
  private final int longest;

  NpmNames(String words, String pattern, int longest) {
    this.words = words;
    this.pattern = Pattern.compile(pattern);
    this.longest = longest;
  }

  Answer<String> check(String text) {
    if (text.length() <= longest && pattern.matcher(text).matches()) {
      return new Answer.Ok<>(text);
    }
    return new Answer.No<>(
        Failure.of(
            ReasonCode.INVALID_PARAMETERS,
            "use npm",
            "this is no " + words + " that npm knows",
            "give a " + words + " that matches " + pattern.pattern()));
  }

  /** The scope with its {@code @}, or nothing. */
  static String scope(String packageName) {
    return packageName.startsWith("@") ? packageName.substring(0, packageName.indexOf('/')) : "";
  }
}
