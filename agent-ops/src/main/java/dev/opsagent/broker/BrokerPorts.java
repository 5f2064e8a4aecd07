package dev.opsagent.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * The two ports of a broker, kept in its data folder so that clients find it again after a restart.
 *
 * @param client where clients connect
 * @param controller where the broker finds its own controller
 */
record BrokerPorts(int client, int controller) {
  private static final String FILE = "ops-agent.ports";
  private static final int ATTEMPTS = 200;

  static BrokerPorts choose(Path folder, int wanted) throws IOException {
    BrokerPorts before = remembered(folder);
    int client = clientPort(wanted, before.client);
    int controller = isFree(before.controller) ? before.controller : freePort();
    return new BrokerPorts(client, controller);
  }

  void remember(Path folder) throws IOException {
    Files.writeString(folder.resolve(FILE), client + "\n" + controller + "\n");
  }

  private static int clientPort(int wanted, int before) throws IOException {
    if (wanted == 0) {
      return isFree(before) ? before : freePort();
    }
    if (!isFree(wanted)) {
      throw new IOException("port " + wanted + " of 127.0.0.1 is taken; choose another, or 0");
    }
    return wanted;
  }

  private static BrokerPorts remembered(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return new BrokerPorts(0, 0);
    }
    try {
      List<String> lines = Files.readAllLines(file);
      return new BrokerPorts(Integer.parseInt(lines.get(0)), Integer.parseInt(lines.get(1)));
    } catch (NumberFormatException | IndexOutOfBoundsException _) {
      return new BrokerPorts(0, 0); // a torn file costs no more than new ports
    }
  }

  private static boolean isFree(int port) {
    if (port <= 0 || port > 65_535) {
      return false;
    }
    try (ServerSocket socket = bound(port)) {
      return socket.isBound();
    } catch (IOException _) {
      return false;
    }
  }

  /** Below the range from which systems take the ports of outgoing connections. */
  private static int freePort() throws IOException {
    Random random = new Random();
    return random
        .ints(ATTEMPTS, 20_000, 32_768)
        .filter(BrokerPorts::isFree)
        .findFirst()
        .orElseThrow(() -> new IOException("found no free port on 127.0.0.1"));
  }

  private static ServerSocket bound(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true); // connections of the last run may still linger on it
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }
}
