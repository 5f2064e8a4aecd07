package dev.opsagent.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Asks the worker of the same container whether it takes tasks, for an engine's health check. Ends
 * with 0 when it does, else with 1. Loads little, since an engine starts it every few seconds.
 */
final class HealthCheck {
  private static final int PATIENCE_MILLIS = 3000;
  private static final String READY = "HTTP/1.1 200 ";

  private HealthCheck() {}

  /** Takes no arguments; the port is that of the worker's environment. */
  public static void main(String[] arguments) {
    String port = System.getenv("OPS_AGENT_HTTP_PORT");
    System.exit(isReady(port == null || port.isEmpty() ? 8088 : Integer.parseInt(port)) ? 0 : 1);
  }

  static boolean isReady(int port) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      socket
          .getOutputStream()
          .write(
              "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(US_ASCII));
      byte[] status = socket.getInputStream().readNBytes(READY.length());
      return new String(status, US_ASCII).equals(READY);
    } catch (IOException notThere) {
      return false;
    }
  }
}
