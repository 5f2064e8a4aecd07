package dev.opsagent.outside;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A time by the clocks of a zone. It begins when they come to its beginning for the first time and
 * ends when they come to its end for the last time, or jump over it: where clocks are put back, an
 * hour that comes twice belongs to it both times.
 */
public sealed interface ClockWindow {

  /** When it ends, if it contains the time. */
  Optional<Instant> until(ZoneId zone, Instant at);

  /**
   * It is once.
   *
   * @param to exclusive
   */
  record Once(LocalDateTime from, LocalDateTime to) implements ClockWindow {
    public Once {
      if (!from.isBefore(to)) {
        throw new IllegalArgumentException("a window must end after it begins");
      }
    }

    @Override
    public Optional<Instant> until(ZoneId zone, Instant at) {
      Instant end = ClockWindow.last(zone, to);
      boolean within = !at.isBefore(ClockWindow.first(zone, from)) && at.isBefore(end);
      return within ? Optional.of(end) : Optional.empty();
    }

    @Override
    public String toString() {
      return from + " to " + to;
    }
  }

  /**
   * It comes every week.
   *
   * @param to exclusive; another than {@code from}
   */
  record Weekly(Moment from, Moment to) implements ClockWindow {
    /** Clocks are never put back or forward by more. */
    private static final int MOST_SHIFTED_DAYS = 2;

    private static final int WEEKS = 3;

    public Weekly {
      if (from.equals(to)) {
        throw new IllegalArgumentException("a window must end at another time than it begins");
      }
    }

    /** The one that began last; because of shifted clocks, two may overlap. */
    @Override
    public Optional<Instant> until(ZoneId zone, Instant at) {
      LocalDate newest =
          at.atZone(zone)
              .toLocalDate()
              .plusDays(MOST_SHIFTED_DAYS)
              .with(TemporalAdjusters.previousOrSame(from.day()));
      return IntStream.range(0, WEEKS)
          .mapToObj(newest::minusWeeks)
          .map(this::beginningOn)
          .flatMap(it -> it.until(zone, at).stream())
          .max(Instant::compareTo);
    }

    private Once beginningOn(LocalDate date) {
      LocalDateTime begin = date.atTime(from.time());
      LocalDateTime end = date.with(TemporalAdjusters.nextOrSame(to.day())).atTime(to.time());
      return new Once(begin, end.isAfter(begin) ? end : end.plusWeeks(1));
    }

    @Override
    public String toString() {
      return from + " to " + to;
    }
  }

  /** A time of the week, by the minute. */
  record Moment(DayOfWeek day, LocalTime time) {
    private static final int LETTERS = 3;

    public Moment {
      time = time.truncatedTo(ChronoUnit.MINUTES);
    }

    /**
     * Reads it.
     *
     * @param text such as {@code Fri 16:00}
     */
    public static Moment of(String text) {
      String day = text.substring(0, LETTERS);
      return new Moment(
          List.of(DayOfWeek.values()).stream()
              .filter(it -> word(it).equals(day))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("no day of the week: " + day)),
          LocalTime.parse(text.substring(LETTERS + 1)));
    }

    private static String word(DayOfWeek day) {
      return day.name().charAt(0) + day.name().substring(1, LETTERS).toLowerCase(Locale.ROOT);
    }

    @Override
    @JsonValue
    public String toString() {
      return word(day) + " " + time;
    }
  }

  private static Instant first(ZoneId zone, LocalDateTime local) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    return offsets.isEmpty() ? jumpedOver(zone, local) : local.toInstant(offsets.getFirst());
  }

  private static Instant last(ZoneId zone, LocalDateTime local) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    return offsets.isEmpty() ? jumpedOver(zone, local) : local.toInstant(offsets.getLast());
  }

  private static Instant jumpedOver(ZoneId zone, LocalDateTime local) {
    return zone.getRules().getTransition(local).getInstant();
  }
}
