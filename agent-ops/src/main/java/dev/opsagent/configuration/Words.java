package dev.opsagent.configuration;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 45s}, {@code 10m}, {@code 1h30m}, or ISO-8601. */
public final class Words {
  private static final Pattern UNITS =
      Pattern.compile(
          "(?:(\\d{1,6})d)?(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,6})s)?(?:(\\d{1,9})ms)?");

  private Words() {}

  /** Reads a duration; empty when the text is none. */
  public static Optional<Duration> duration(String text) {
    Matcher units = UNITS.matcher(text);
    if (!text.isEmpty() && units.matches()) {
      return Optional.of(
          Duration.ofDays(number(units.group(1)))
              .plusHours(number(units.group(2)))
              .plusMinutes(number(units.group(3)))
              .plusSeconds(number(units.group(4)))
              .plusMillis(number(units.group(5))));
    }
    try {
      return Optional.of(Duration.parse(text));
    } catch (DateTimeParseException notIso) {
      return Optional.empty();
    }
  }

  private static long number(@org.jspecify.annotations.Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
