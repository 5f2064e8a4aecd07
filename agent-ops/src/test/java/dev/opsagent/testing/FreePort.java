package dev.opsagent.testing;

import dev.opsagent.outside.LocalPorts;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Ports of this machine for the services of tests. */
public final class FreePort {
  private static final int MOST_FORKS = 8;
  private static final int FORK = Integer.getInteger("surefire.forkNumber", 0) % MOST_FORKS;
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /**
   * One that nobody listens on, that no outgoing connection of another test takes, and that no
   * other test is given, in this JVM or in one that runs beside it: a service that is replaced
   * leaves its port free for a moment.
   */
  public static int any() {
    return IntStream.generate(LocalPorts::free)
        .filter(port -> port % MOST_FORKS == FORK && GIVEN.add(port))
        .findFirst()
        .orElseThrow();
  }
}
