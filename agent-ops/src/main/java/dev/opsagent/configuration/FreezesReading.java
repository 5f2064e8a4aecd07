package dev.opsagent.configuration;

import dev.opsagent.outside.ClockWindow;
import dev.opsagent.outside.ClockWindow.Moment;
import dev.opsagent.outside.Freeze;
import dev.opsagent.outside.Freeze.Held;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes freezes of what is written; what does not fit is left out, and told. */
record FreezesReading(Complaint complaint) {
  private static final String ONCE = "[0-9].*";

  /** Told what is wrong with the value of a field, and what to write instead. */
  interface Complaint {
    void tell(String field, String cause, String fix);
  }

  List<Freeze> read(String at, List<EnvironmentsDocument.Freeze> written) {
    List<Freeze> read = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int index = 0; index < written.size(); index++) {
      EnvironmentsDocument.Freeze one = written.get(index);
      String field = "%s[%d]".formatted(at, index);
      if (!names.add(one.name())) {
        complaint.tell(field + ".name", "is given to two freezes", "give each its own");
      }
      freeze(field, one).ifPresent(read::add);
    }
    return read;
  }

  private Optional<Freeze> freeze(String at, EnvironmentsDocument.Freeze written) {
    Optional<ZoneId> zone = zone(at + ".zone", written.zone());
    Optional<ClockWindow> window = window(at, written.from(), written.to());
    return zone.flatMap(clocks ->
        window.map(it ->
            new Freeze(
                written.name(),
                it,
                clocks,
                written.except().orElse(Set.of()),
                written.holds().orElse(Held.CHANGES))));
  }

  private Optional<ZoneId> zone(String at, String written) {
    if (!ZoneId.getAvailableZoneIds().contains(written)) {
      complaint.tell(at, "is no time zone", "write one such as Europe/Berlin or UTC");
      return Optional.empty();
    }
    return Optional.of(ZoneId.of(written));
  }

  private Optional<ClockWindow> window(String at, String from, String to) {
    boolean once = from.matches(ONCE);
    if (once != to.matches(ONCE)) {
      complaint.tell(
          at + ".to", "is in another form than from", "write two days of the week or two dates");
      return Optional.empty();
    }
    try {
      return Optional.of(
          once
              ? new ClockWindow.Once(LocalDateTime.parse(from), LocalDateTime.parse(to))
              : new ClockWindow.Weekly(Moment.of(from), Moment.of(to)));
    } catch (DateTimeParseException noDate) {
      complaint.tell(at, "holds a date that no calendar has", "correct from or to");
    } catch (IllegalArgumentException empty) {
      complaint.tell(
          at + ".to",
          once ? "is not later than from" : "is the same as from, so that it would never end",
          "write when the freeze is over");
    }
    return Optional.empty();
  }
}
