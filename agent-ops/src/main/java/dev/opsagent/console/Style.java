package dev.opsagent.console;

import java.util.Map;

/** Whether and how colour is used. Colour only repeats what a glyph and a word say. */
public enum Style {
  PLAIN,
  COLOUR;

  /**
   * What the environment asks for.
   *
   * @param terminal whether a person's terminal shows the output
   */
  public static Style of(Map<String, String> environment, boolean terminal) {
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return PLAIN;
    }
    String force = environment.getOrDefault("CLICOLOR_FORCE", "0");
    if (!force.isEmpty() && !force.equals("0")) {
      return COLOUR;
    }
    boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
    return terminal && !dumb ? COLOUR : PLAIN;
  }

  String paint(Tint tint, String text) {
    return switch (this) {
      case PLAIN -> text;
      case COLOUR -> "\u001b[" + tint.code + "m" + text + "\u001b[0m";
    };
  }

  /** The few colours there are. */
  enum Tint {
    GOOD("32"),
    BAD("31"),
    CARE("33"),
    BUSY("36"),
    FAINT("2");

    private final String code;

    Tint(String code) {
      this.code = code;
    }
  }
}
