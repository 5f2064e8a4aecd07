package dev.opsagent.protocol;

import java.time.Instant;

/** Where reading a topic begins. */
public sealed interface StartAt {
  /** The oldest record that the topic still holds. */
  record Beginning() implements StartAt {}

  /** What is written from now on. */
  record Now() implements StartAt {}

  /** The first record that is not older, by its timestamp. */
  record Time(Instant instant) implements StartAt {}

  /** The oldest record that the topic still holds. */
  static StartAt beginning() {
    return new Beginning();
  }

  /** What is written from now on. */
  static StartAt now() {
    return new Now();
  }

  /** The first record that is not older. */
  static StartAt at(Instant instant) {
    return new Time(instant);
  }
}
