package dev.opsagent.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.outside.Calendar.Closed;
import dev.opsagent.outside.ClockWindow.Moment;
import dev.opsagent.outside.ClockWindow.Once;
import dev.opsagent.outside.ClockWindow.Weekly;
import dev.opsagent.outside.Freeze.Held;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalendarTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Freeze WEEKEND = weekly("weekend", "Fri 16:00", "Mon 08:00", BERLIN);

  @ParameterizedTest
  @CsvSource({
    "2026-11-27T14:59:59Z, ",
    "2026-11-27T15:00:00Z, 2026-11-30T07:00:00Z",
    "2026-11-28T10:00:00Z, 2026-11-30T07:00:00Z",
    "2026-11-30T06:59:59Z, 2026-11-30T07:00:00Z",
    "2026-11-30T07:00:00Z, ",
    "2026-07-03T14:00:00Z, 2026-07-06T06:00:00Z"
  })
  void aFreezeByTheWeekGoesByTheClocksOfItsZone(String now, String until) {
    assertThat(until(now, WEEKEND)).isEqualTo(Optional.ofNullable(until).map(Instant::parse));
  }

  @ParameterizedTest
  @CsvSource({
    // Clocks go from 02:00 to 03:00 on 2026-03-29, and from 03:00 back to 02:00 on 2026-10-25.
    "Sun 02:30, Sun 04:00, 2026-03-29T00:59:00Z, ",
    "Sun 02:30, Sun 04:00, 2026-03-29T01:00:00Z, 2026-03-29T02:00:00Z",
    "Sun 01:00, Sun 02:30, 2026-03-29T00:59:00Z, 2026-03-29T01:00:00Z",
    "Sun 01:00, Sun 02:30, 2026-03-29T01:00:00Z, ",
    "Sun 02:30, Sun 04:00, 2026-10-25T00:29:00Z, ",
    "Sun 02:30, Sun 04:00, 2026-10-25T00:30:00Z, 2026-10-25T03:00:00Z",
    "Sun 02:30, Sun 04:00, 2026-10-25T01:10:00Z, 2026-10-25T03:00:00Z",
    "Sun 01:00, Sun 02:30, 2026-10-25T00:40:00Z, 2026-10-25T01:30:00Z",
    "Sun 01:00, Sun 02:30, 2026-10-25T01:30:00Z, ",
    "Sat 22:00, Sun 06:00, 2026-03-28T21:00:00Z, 2026-03-29T04:00:00Z",
    "Sat 22:00, Sun 06:00, 2026-10-24T20:00:00Z, 2026-10-25T05:00:00Z"
  })
  void whereClocksAreShiftedTheHourThatIsMissingCountsNotAndTheOneThatComesTwiceCountsTwice(
      String from, String to, String now, String until) {
    assertThat(until(now, weekly("night", from, to, BERLIN)))
        .isEqualTo(Optional.ofNullable(until).map(Instant::parse));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-12-18T16:59:00Z, ",
    "2026-12-18T17:00:00Z, 2027-01-04T07:00:00Z",
    "2026-12-31T23:59:00Z, 2027-01-04T07:00:00Z",
    "2027-01-01T00:00:00Z, 2027-01-04T07:00:00Z",
    "2027-01-04T07:00:00Z, "
  })
  void aFreezeOfOneTimeGoesOverTheYearsEnd(String now, String until) {
    assertThat(until(now, once("year-end", "2026-12-18T18:00", "2027-01-04T08:00")))
        .isEqualTo(Optional.ofNullable(until).map(Instant::parse));
  }

  @Test
  void theEndOfOneFreezeMayLieInAnotherAndAllOfThemAreTold() {
    Freeze fair = once("fair", "2026-11-30T07:30", "2026-12-02T12:00");

    Closed closed = closed("2026-11-28T10:00:00Z", "{}", fair, WEEKEND);

    assertThat(closed.until()).isEqualTo("2026-12-02T11:00:00Z");
    assertThat(closed.sentence())
        .isEqualTo(
            "not before 2026-12-02T11:00:00Z, because the freeze weekend holds from Fri 16:00 to"
                + " Mon 08:00 Europe/Berlin; the freeze fair holds from 2026-11-30T07:30 to"
                + " 2026-12-02T12:00 Europe/Berlin");
  }

  @Test
  void aTaskWaitsForItsOwnTimeAndThenForTheFreezeThatLiesThere() {
    Closed own =
        closed("2026-11-25T10:00:00Z", "{\"notBefore\": \"2026-11-26T10:00:00Z\"}", WEEKEND);
    assertThat(own.until()).isEqualTo("2026-11-26T10:00:00Z");
    assertThat(own.why()).containsExactly("its notBefore is 2026-11-26T10:00:00Z");

    Closed both =
        closed("2026-11-25T10:00:00Z", "{\"notBefore\": \"2026-11-28T10:00:00Z\"}", WEEKEND);
    assertThat(both.until()).isEqualTo("2026-11-30T07:00:00Z");
    assertThat(both.why()).hasSize(2);

    assertThat(opens("2026-11-26T10:00:00Z", "{\"notBefore\": \"2026-11-26T10:00:00Z\"}", WEEKEND))
        .isEmpty();
  }

  @Test
  void aTaskThatCouldBeginTooLateOnlyIsClosedForGood() {
    String latest = "{\"notAfter\": \"2026-11-28T12:00:00Z\"}";

    assertThat(closed("2026-11-28T10:00:00Z", latest, WEEKEND))
        .satisfies(it -> assertThat(it.forGood()).isTrue())
        .satisfies(
            it -> assertThat(it.why()).last().isEqualTo("its notAfter is 2026-11-28T12:00:00Z"));
    assertThat(closed("2026-11-28T12:00:01Z", latest).forGood()).isTrue();
    assertThat(opens("2026-11-28T12:00:00Z", latest)).isEmpty();
    assertThat(closed("2026-11-28T10:00:00Z", "{}", WEEKEND).forGood()).isFalse();
  }

  @Test
  void whatTakesABadReleaseBackGoesOnUnlessTheFreezeHoldsAll() {
    Instant now = Instant.parse("2026-11-28T10:00:00Z");
    Freeze all =
        new Freeze("all", WEEKEND.window(), BERLIN, Set.of("infrastructure.drift"), Held.ALL);

    assertThat(calendar(WEEKEND).opens(order("rollback", "{}", false), true, now)).isEmpty();
    assertThat(calendar(all).opens(order("rollback", "{}", false), true, now)).isPresent();
    assertThat(calendar(all).opens(order("infrastructure.drift", "{}", false), false, now))
        .isEmpty();
    String later = "{\"notBefore\": \"2026-11-28T11:00:00Z\"}";
    assertThat(calendar(WEEKEND).opens(order("rollback", later, false), true, now)).isPresent();
  }

  @Test
  void aDryRunWaitsForNothing() {
    Instant now = Instant.parse("2026-11-28T10:00:00Z");

    assertThat(calendar(WEEKEND).opens(order("deploy", "{}", true), false, now)).isEmpty();
  }

  @Test
  void freezesThatLeaveNoTimeAreLookedThroughForAYearAndNoLonger() {
    Freeze odd = weekly("odd", "Mon 00:00", "Thu 00:00", BERLIN);
    Freeze even = weekly("even", "Thu 00:00", "Mon 00:00", BERLIN);
    Instant now = Instant.parse("2026-11-28T10:00:00Z");

    Closed closed = closed(now.toString(), "{}", odd, even);

    assertThat(closed.until())
        .isBetween(now.plus(Duration.ofDays(366)), now.plus(Duration.ofDays(376)));
    assertThat(closed.why()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"timeout\": \"PT1H\"                        | true",
        "\"deadline\": \"2026-11-30T07:00:00Z\"       | true",
        "\"deadline\": \"2026-11-30T07:00:01Z\"       | false",
        "\"timeout\": \"P3D\"                         | false",
        "\"timeout\": \"P3D\", \"deadline\": \"2026-11-29T07:00:00Z\" | true"
      })
  void aTaskWhoseTimeIsOverBeforeItCanBeginIsRefused(String requirements, boolean refused) {
    Instant now = Instant.parse("2026-11-28T10:00:00Z");

    Optional<Failure> failure =
        calendar(WEEKEND).refuse(dispatch("deploy", requirements, false), false, now);

    assertThat(failure.isPresent()).isEqualTo(refused);
    failure.ifPresent(it -> {
      assertThat(it.code()).isEqualTo(ReasonCode.DEADLINE_PASSED);
      assertThat(it.sentence()).contains("2026-11-30T07:00:00Z", "weekend", "production");
    });
  }

  @Test
  void aTimelineThatEndsBeforeItBeginsIsNoTimeline() {
    assertThatThrownBy(() ->
            order(
                "deploy",
                "{\"notBefore\": \"2026-11-28T10:00:00Z\", \"notAfter\": \"2026-11-28T09:00:00Z\"}",
                false))
        .isInstanceOfSatisfying(
            InvalidMessage.class, it -> assertThat(it.field()).contains("timeline.notAfter"));
  }

  /** Every minute of some weeks around a shift of the clocks, by reading the clock alone. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void everyMinuteIsHeldExactlyWhenAClockOnTheWallSaysSo(long seed) {
    Random random = new Random(seed);
    List<String> zones =
        List.of(
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC");
    List<String> starts =
        List.of("2026-03-05", "2026-03-26", "2026-10-22", "2026-10-01", "2026-12-28");
    for (int round = 0; round < 20; round++) {
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      Instant begin = Instant.parse(starts.get(random.nextInt(starts.size())) + "T00:00:00Z");
      Freeze freeze = random.nextBoolean() ? someWeek(random, zone) : someTime(random, zone, begin);
      boolean[] held = new BruteForce(freeze.window(), zone, begin).minutes();
      for (int minute = BruteForce.MARGIN; minute < held.length - BruteForce.MARGIN; minute++) {
        Instant now = begin.plusSeconds(60L * minute);
        assertThat(freeze.until(now).isPresent())
            .as("seed %d, %s at %s", seed, freeze, now)
            .isEqualTo(held[minute]);
      }
    }
  }

  private static Freeze someWeek(Random random, ZoneId zone) {
    Moment from = someMoment(random);
    Moment to = someMoment(random);
    return from.equals(to)
        ? someWeek(random, zone)
        : new Freeze("some", new Weekly(from, to), zone, Set.of(), Held.CHANGES);
  }

  /** Often in the hours in which clocks are shifted. */
  private static Moment someMoment(Random random) {
    boolean shifted = random.nextBoolean();
    DayOfWeek day = shifted ? DayOfWeek.SUNDAY : DayOfWeek.of(1 + random.nextInt(7));
    int hour = shifted ? 1 + random.nextInt(3) : random.nextInt(24);
    return new Moment(day, LocalTime.of(hour, random.nextInt(12) * 5));
  }

  private static Freeze someTime(Random random, ZoneId zone, Instant begin) {
    LocalDateTime from =
        LocalDateTime.ofInstant(begin, zone).plusMinutes(random.nextInt(15 * 24 * 12) * 5L);
    LocalDateTime to = from.plusMinutes(5L * (1 + random.nextInt(5 * 24 * 12)));
    return new Freeze("some", new Once(from, to), zone, Set.of(), Held.CHANGES);
  }

  /** Watches a clock, and notes when it comes to a time or jumps over it. */
  private record BruteForce(ClockWindow window, ZoneId zone, Instant begin) {
    static final int MARGIN = 10 * 24 * 60;
    private static final int MINUTES = 40 * 24 * 60;

    boolean[] minutes() {
      boolean[] held = new boolean[MINUTES];
      for (Once once : occurrences()) {
        List<Integer> from = passings(once.from());
        List<Integer> to = passings(once.to());
        int first = from.isEmpty() ? 0 : from.getFirst();
        int last = to.isEmpty() ? MINUTES : to.getLast();
        for (int minute = first; minute < last; minute++) {
          held[minute] = true;
        }
      }
      return held;
    }

    private List<Once> occurrences() {
      return switch (window) {
        case Once once -> List.of(once);
        case Weekly weekly -> weekly(weekly);
      };
    }

    private List<Once> weekly(Weekly weekly) {
      List<Once> all = new ArrayList<>();
      LocalDateTime day = LocalDateTime.ofInstant(begin, zone).toLocalDate().atStartOfDay();
      for (int ahead = 0; ahead < 38; ahead++) {
        LocalDateTime from = day.plusDays(ahead).with(weekly.from().time());
        if (from.getDayOfWeek() == weekly.from().day() && ahead > 0) {
          LocalDateTime to = from.plusMinutes(1);
          while (to.getDayOfWeek() != weekly.to().day()
              || !to.toLocalTime().equals(weekly.to().time())) {
            to = to.plusMinutes(1);
          }
          all.add(new Once(from, to));
        }
      }
      return all;
    }

    private List<Integer> passings(LocalDateTime time) {
      List<Integer> passings = new ArrayList<>();
      for (int minute = 1; minute < MINUTES; minute++) {
        LocalDateTime before = clock(minute - 1);
        LocalDateTime now = clock(minute);
        if (now.equals(time) || (before.isBefore(time) && now.isAfter(time))) {
          passings.add(minute);
        }
      }
      return passings;
    }

    private LocalDateTime clock(int minute) {
      return LocalDateTime.ofInstant(begin.plusSeconds(60L * minute), zone);
    }
  }

  private static Freeze weekly(String name, String from, String to, ZoneId zone) {
    Weekly window = new Weekly(Moment.of(from), Moment.of(to));
    return new Freeze(name, window, zone, Set.of(), Held.CHANGES);
  }

  private static Freeze once(String name, String from, String to) {
    Once window = new Once(LocalDateTime.parse(from), LocalDateTime.parse(to));
    return new Freeze(name, window, BERLIN, Set.of(), Held.CHANGES);
  }

  private static Calendar calendar(Freeze... freezes) {
    return new Calendar("production", List.of(freezes));
  }

  private static Optional<Instant> until(String now, Freeze freeze) {
    return opens(now, "{}", freeze).map(Closed::until);
  }

  private static Closed closed(String now, String timeline, Freeze... freezes) {
    return opens(now, timeline, freezes).orElseThrow();
  }

  private static Optional<Closed> opens(String now, String timeline, Freeze... freezes) {
    return calendar(freezes).opens(order("deploy", timeline, false), false, Instant.parse(now));
  }

  private static TaskDispatch order(String operation, String timeline, boolean dryRun) {
    String requirements = timeline.equals("{}") ? "" : "\"timeline\": " + timeline;
    return dispatch(operation, requirements, dryRun);
  }

  private static TaskDispatch dispatch(String operation, String requirements, boolean dryRun) {
    String json =
        """
        {
          "taskId": "t1",
          "operation": "%s",
          "target": {"environment": "production", "service": "web"},
          "requirements": {%s},
          "dryRun": %s,
          "requestedBy": "pm"
        }
        """
            .formatted(operation, requirements, dryRun);
    return Json.read(json.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }
}
