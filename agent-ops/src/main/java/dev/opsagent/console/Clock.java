package dev.opsagent.console;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as they are shown: absolute, in UTC, to the millisecond, always equally wide. */
final class Clock {
  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Clock() {}

  static String show(Instant time) {
    return FORM.format(time);
  }
}
