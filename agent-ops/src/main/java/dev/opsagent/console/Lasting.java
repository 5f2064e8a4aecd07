package dev.opsagent.console;

import java.time.Duration;
import java.util.Locale;

/**
 * Durations as people read them: {@code 40 ms}, {@code 3.2 s}, {@code 4 min 05 s}, {@code 2 h 10
 * min}.
 */
public final class Lasting {
  private Lasting() {}

  public static String words(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", Math.floor(millis / 100.0) / 10);
    }
    if (millis < 3_600_000) {
      return "%d min %02d s".formatted(millis / 60_000, millis / 1000 % 60);
    }
    return "%d h %02d min".formatted(millis / 3_600_000, millis / 60_000 % 60);
  }
}
