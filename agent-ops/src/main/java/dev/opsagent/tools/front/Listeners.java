package dev.opsagent.tools.front;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;

/** The ports that a front listens to. Used by one thread. */
final class Listeners implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final Map<String, Listener> open = new HashMap<>();

  private record Listener(HttpServer server, Forwarding forwarding, int port) {}

  /** Brings the routes in force: those that stand already only turn. */
  Applied apply(Routes routes) {
    Set<String> wanted = new HashSet<>();
    Map<String, String> refused = new HashMap<>();
    for (Route route : routes.routes()) {
      if (route.isOpen()) {
        wanted.add(route.target());
        apply(route, refused);
      }
    }
    for (String target : Set.copyOf(open.keySet())) {
      if (!wanted.contains(target)) {
        close(target);
      }
    }
    return new Applied(routes.revision(), refused);
  }

  private void apply(Route route, Map<String, String> refused) {
    Listener listener = open.get(route.target());
    if (listener != null && listener.port() == route.port()) {
      listener.forwarding().turn(route);
      return;
    }
    try {
      Listener fresh = listen(route); // before the one that callers use now is closed
      close(route.target());
      open.put(route.target(), fresh);
    } catch (IOException e) {
      refused.put(route.target(), "port " + route.port() + ": " + e.getMessage());
    }
  }

  private static Listener listen(Route route) throws IOException {
    InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), route.port());
    Forwarding forwarding = new Forwarding(route);
    HttpServer server = HttpServer.create(at, BACKLOG, "/", forwarding);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return new Listener(server, forwarding, route.port());
  }

  private void close(String target) {
    Listener listener = open.remove(target);
    if (listener != null) {
      listener.server().stop(0);
    }
  }

  @Override
  public void close() {
    Set.copyOf(open.keySet()).forEach(this::close);
  }
}
