package dev.opsagent.outside;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;

/** Ports of the loopback address. */
public final class LocalPorts {
  private static final int TRIES = 1000;
  private static final int LOWEST = 20_000;

  /** From here on, Linux takes ports for outgoing connections unless it is told otherwise. */
  private static final int ABOVE = 32_768;

  private LocalPorts() {}

  /**
   * One that nobody listens on. It is below the range from which systems take the ports of outgoing
   * connections, so that it is free still when a service is started on it, perhaps after days.
   */
  public static int free() {
    return new Random()
        .ints(TRIES, LOWEST, ABOVE)
        .filter(port -> !isTaken(port))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no port of 127.0.0.1 is free"));
  }

  /** Whether it cannot be listened on. */
  public static boolean isTaken(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // connections of the last listener may still linger on it
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return false;
    } catch (IOException _) {
      return true;
    }
  }
}
