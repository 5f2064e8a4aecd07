package dev.opsagent.outside;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A time in which an environment is left as it is.
 *
 * @param name unique in its environment
 * @param window by the clocks of the zone
 * @param except operations that it never holds
 * @param holds what it holds of the others
 */
public record Freeze(String name, ClockWindow window, ZoneId zone, Set<String> except, Held holds) {

  public Freeze {
    except = Collections.unmodifiableSet(new TreeSet<>(except));
  }

  /** What a freeze holds. */
  public enum Held {
    /** All but what takes a bad release back or ends it: rollback, restart and stop. */
    CHANGES,
    /** These too. */
    ALL;

    /** As it is written. */
    @JsonValue
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Whether it holds tasks of the operation.
   *
   * @param overtakes whether they go before tasks that only wait
   */
  boolean holds(String operation, boolean overtakes) {
    return !except.contains(operation) && (holds == Held.ALL || !overtakes);
  }

  /** When it ends, if it holds at that time. */
  public Optional<Instant> until(Instant at) {
    return window.until(zone, at);
  }

  /** "the freeze NAME holds from … to … ZONE". */
  String sentence() {
    return "the freeze %s holds from %s %s".formatted(name, window, zone);
  }
}
