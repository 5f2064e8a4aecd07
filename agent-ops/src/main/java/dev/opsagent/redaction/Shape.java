package dev.opsagent.redaction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What tokens of well-known issuers look like; hidden although nobody has declared them.
 *
 * @param name what people call it
 * @param beginning the text that it begins with, or that stands before it
 * @param apart whether the beginning counts only where no word goes on
 * @param reading reads what follows the beginning
 */
record Shape(String name, String beginning, boolean apart, Supplier<Run> reading) {
  private static final String DIGITS = "0123456789";
  private static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + DIGITS;
  private static final String WORD = UPPER + "abcdefghijklmnopqrstuvwxyz";

  private static final List<Shape> ALL = all();

  /** The shape of that number. */
  static Shape of(int number) {
    return ALL.get(number);
  }

  /** The beginnings as patterns. */
  static List<Automaton.Pattern> beginnings() {
    List<Automaton.Pattern> patterns = new ArrayList<>();
    for (int i = 0; i < ALL.size(); i++) {
      byte[] bytes = ALL.get(i).beginning().getBytes(ISO_8859_1);
      patterns.add(new Automaton.Pattern(bytes, Automaton.NONE, i));
    }
    return patterns;
  }

  private static List<Shape> all() {
    List<Shape> all = new ArrayList<>();
    for (String prefix : List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")) {
      all.add(token("a GitHub token", prefix, WORD + "_", 20));
    }
    for (String prefix : List.of("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-")) {
      all.add(token("a GitLab token", prefix, WORD + "_-.", 16));
    }
    all.add(token("an npm token", "npm_", WORD, 30));
    all.add(token("a PyPI token", "pypi-AgE", WORD + "_-", 16));
    for (String prefix : List.of("AKIA", "ASIA")) {
      all.add(token("an AWS key", prefix, UPPER, 16));
    }
    for (String prefix : List.of("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-")) {
      all.add(token("a Slack token", prefix, WORD + "-", 10));
    }
    all.add(token("a Slack webhook", "hooks.slack.com/services/", WORD + "/", 20));
    all.add(token("a Google key", "AIza", WORD + "_-", 30));
    all.add(token("a Google token", "ya29.", WORD + "_-.", 20));
    all.add(new Shape("a JSON web token", "eyJ", true, () -> new Run.Dotted(WORD + "_-", 2, 20)));
    for (String kind : List.of("", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", "PGP ")) {
      String beginning = "-----BEGIN " + kind + "PRIVATE KEY";
      all.add(new Shape("a private key", beginning, false, Run.Key::new));
    }
    for (String header : List.of("uthorization", "UTHORIZATION")) {
      all.add(new Shape("an authorization header", header, false, Run.Login::new));
    }
    for (String setting :
        List.of("_authToken", "_password", "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY")) {
      all.add(new Shape("a login in a setting", setting, false, () -> new Run.Setting(16)));
    }
    all.add(new Shape("a login in an address", "://", false, Run.UserInfo::new));
    return List.copyOf(all);
  }

  private static Shape token(String name, String prefix, String alphabet, int least) {
    return new Shape(name, prefix, true, () -> new Run.Token(alphabet, least));
  }
}
