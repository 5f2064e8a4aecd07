package dev.opsagent.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/** Ports of this machine that nobody listens on. */
public final class FreePort {
  private FreePort() {}

  /**
   * One of them. It is below the range from which systems take the ports of outgoing connections:
   * those of other tests would else take it before it is listened to.
   */
  public static int any() {
    return new Random()
        .ints(200, 20_000, 32_768)
        .filter(FreePort::isFree)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("found no free port on 127.0.0.1"));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException _) {
      return false;
    }
  }
}
