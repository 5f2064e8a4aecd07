package dev.opsagent.outside;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * What a container engine has seen happen to one container. It remembers little, and nothing once
 * it was started anew; what is not there is not guessed at.
 *
 * @param events oldest first
 */
public record ContainerHistory(List<Event> events) {
  public static final ContainerHistory UNKNOWN = new ContainerHistory(List.of());

  private static final int BY_SIGNAL = 128;
  private static final int LAST_SIGNAL = 64;

  public ContainerHistory {
    events = List.copyOf(events);
  }

  /**
   * One event.
   *
   * @param action in the engine's words, such as {@code pause}
   * @param signal that was sent with it; empty: none was
   */
  public record Event(Instant at, String action, String signal) {}

  /**
   * How a container ended.
   *
   * @param at absent: the engine does not tell
   * @param isOutOfMemory whether the kernel killed it for the memory that it used
   */
  public record End(Optional<Instant> at, long exitCode, boolean isOutOfMemory) {
    private String words() {
      boolean signalled = exitCode > BY_SIGNAL && exitCode <= BY_SIGNAL + LAST_SIGNAL;
      String code =
          signalled
              ? "exit code %d, as signal %d leaves".formatted(exitCode, exitCode - BY_SIGNAL)
              : "exit code " + exitCode;
      return "ended%s, %s%s"
          .formatted(
              at.map(it -> " at " + time(it)).orElse(""),
              code,
              isOutOfMemory ? ", killed by the kernel for its memory" : "");
    }
  }

  /** Who ended it, as far as the engine knows, and how it did. */
  public String ofEnd(End end) {
    return last(sinceStart(), "stop")
        .map(it -> "stopped through the engine; " + end.words())
        .or(() ->
            last(sinceStart(), "kill")
                .map(it ->
                    "sent signal %s through the engine; %s".formatted(it.signal(), end.words())))
        .orElseGet(end::words);
  }

  /** Who paused it; empty when the engine does not remember. */
  public Optional<String> ofPause() {
    return last(events, "pause").map(it -> "paused through the engine at " + time(it.at()));
  }

  /** Who changed its limits or its restart policy last; empty when the engine does not remember. */
  public Optional<String> ofUpdate() {
    return last(events, "update").map(it -> "last updated through the engine at " + time(it.at()));
  }

  /** A time as engines write it; empty when there is none, which they write as the year 1. */
  public static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text)).filter(it -> it.isAfter(Instant.EPOCH));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  private List<Event> sinceStart() {
    int start = 0;
    for (int i = 0; i < events.size(); i++) {
      start = events.get(i).action().equals("start") ? i : start;
    }
    return events.subList(start, events.size());
  }

  private static Optional<Event> last(List<Event> events, String action) {
    return events.reversed().stream().filter(it -> it.action().equals(action)).findFirst();
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
