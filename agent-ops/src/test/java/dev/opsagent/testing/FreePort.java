package dev.opsagent.testing;

import dev.opsagent.outside.LocalPorts;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Ports of this machine for the services of tests. */
public final class FreePort {
  /**
   * One more than run beside each other: JVMs are numbered from 1, and 0 is a run without Maven.
   */
  static final int SHARES = 3;

  private static final int SHARE = Integer.getInteger("ops.test.fork", 0) % SHARES;

  /** Half of a share; what was given so long ago is used no more. */
  private static final int REMEMBERED = 2_000;

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /**
   * One that nobody listens on, that no outgoing connection of another test takes, and that no
   * other test is given, in this JVM or in one that runs beside it: a service that is replaced
   * leaves its port free for a moment.
   */
  public static synchronized int any() {
    if (GIVEN.size() == REMEMBERED) {
      GIVEN.clear();
    }
    return IntStream.generate(LocalPorts::free)
        .filter(port -> port % SHARES == SHARE && GIVEN.add(port))
        .findFirst()
        .orElseThrow();
  }
}
