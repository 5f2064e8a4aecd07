package dev.opsagent.cli.drill;

import java.util.Locale;

/** How a release can be bad. */
public enum Defect {
  /** What its start names is not in it. */
  CANNOT_START,
  /** It ends as soon as it is started. */
  CRASHES,
  /** It runs, and takes no connection. */
  NEVER_READY,
  /** It serves at first, and then ends. */
  ENDS_AFTER_A_WHILE,
  /** It serves at first, and then answers with errors, more and more of them. */
  LEAKS_INTO_ERRORS;

  /** As its package and people name it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The defect of the nth bad release, counted from 0: each comes in turn. */
  public static Defect of(int number) {
    return values()[number % values().length];
  }
}
