package dev.opsagent.intake;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The signed words of {@code pm.control} that one partition has heard lately, so that none is heard
 * twice. What is older than the bound is refused by its time alone. When there is no room, what was
 * signed as early as what is forgotten counts as known: somebody may have to say it again.
 */
public final class KnownEvents {
  private static final int MOST = 20_000;

  private final Duration bound;
  private final int most;
  private final Map<String, Instant> signed = new LinkedHashMap<>();
  private Instant horizon = Instant.MIN;

  /**
   * @param bound how old a message may be when the broker takes it
   */
  public KnownEvents(Duration bound) {
    this(bound, MOST);
  }

  KnownEvents(Duration bound, int most) {
    this.bound = bound;
    this.most = most;
  }

  /**
   * Notes an event.
   *
   * @param signer the agent that has signed it
   * @param eventId unique per agent
   * @return whether it is heard for the first time
   */
  boolean note(String signer, String eventId, Instant signedAt, Instant appendedAt) {
    String name = signer + "\n" + eventId;
    if (signed.containsKey(name) || !signedAt.isAfter(horizon)) {
      return false;
    }
    forget(appendedAt.minus(bound));
    signed.put(name, signedAt);
    return true;
  }

  private void forget(Instant tooOld) {
    Iterator<Instant> eldest = signed.values().iterator();
    while (eldest.hasNext()) {
      Instant next = eldest.next();
      boolean old = next.isBefore(tooOld);
      if (!old && signed.size() < most) {
        return;
      }
      horizon = old || horizon.isAfter(next) ? horizon : next;
      eldest.remove();
    }
  }
}
