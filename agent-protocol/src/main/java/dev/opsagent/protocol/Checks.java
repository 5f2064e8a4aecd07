package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** The checks that the records of this package share; the schemas state the same limits. */
final class Checks {
  static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
  static final Pattern TASK_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  // Bounded instead of a repeated group, on whose repetitions Java's matcher recurs.
  static final Pattern OPERATION = Pattern.compile("(?!.{0,128}\\.\\.)[a-z]([a-z.]{0,126}[a-z])?");

  static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private Checks() {}

  static void matches(String field, String value, Pattern pattern) {
    if (!pattern.matcher(value).matches()) {
      throw new InvalidMessage(field, "must match " + pattern.pattern());
    }
  }

  /** As {@link #TASK_ID}, faster: every report of every task comes by here. */
  static void taskId(String field, String value) {
    boolean good = !value.isEmpty() && value.length() <= 128;
    for (int i = 0; good && i < value.length(); i++) {
      char one = value.charAt(i);
      good =
          (one >= 'a' && one <= 'z')
              || (one >= 'A' && one <= 'Z')
              || (one >= '0' && one <= '9')
              || "._:-".indexOf(one) >= 0;
    }
    if (!good) {
      throw new InvalidMessage(field, "must match " + TASK_ID.pattern());
    }
  }

  static void text(String field, String value, int maximum) {
    if (value.isBlank() || value.length() > maximum) {
      throw new InvalidMessage(field, "must hold 1 to " + maximum + " characters");
    }
  }

  static void range(String field, long value, long minimum, long maximum) {
    if (value < minimum || value > maximum) {
      throw new InvalidMessage(field, "must be between " + minimum + " and " + maximum);
    }
  }

  static void evidence(
      String issuer, long sequence, Instant issuedAt, Instant expiresAt, Optional<String> link) {
    text("issuer", issuer, 256);
    range("sequence", sequence, 1, Long.MAX_VALUE);
    if (!expiresAt.isAfter(issuedAt)) {
      throw new InvalidMessage("expiresAt", "must be later than issuedAt");
    }
    link.ifPresent(value -> text("link", value, 2048));
  }
}
