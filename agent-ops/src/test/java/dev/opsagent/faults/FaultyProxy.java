package dev.opsagent.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Stands between clients and one broker, whose advertised listener points here, and passes on whole
 * messages of Kafka's protocol, as the weather of the moment lets it.
 */
public final class FaultyProxy implements AutoCloseable {
  private static final int BACKLOG = 100;
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private final ServerSocket listener;
  private final int broker;
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Optional<Loss>> loss = new AtomicReference<>(Optional.empty());
  private final AtomicInteger lost = new AtomicInteger();
  private volatile Weather weather = new Weather.Clear();

  /** What happens to every byte. */
  public sealed interface Weather {
    /** It is passed on at once. */
    record Clear() implements Weather {}

    /**
     * Requests arrive late.
     *
     * @param by how much longer an answer takes
     */
    record Slow(Duration by) implements Weather {}

    /** Each direction of each connection carries no more than so many bytes in a second. */
    record Narrow(int bytesPerSecond) implements Weather {}

    /** Connections are accepted and stay open, and nothing is passed on. */
    record HalfOpen() implements Weather {}

    /** Connections are closed as soon as they are accepted, and those that stood are reset. */
    record Refusing() implements Weather {}
  }

  /**
   * A reply that never arrives.
   *
   * @param then the weather from that moment on
   */
  private record Loss(ApiKeys request, Weather then) {}

  private FaultyProxy(ServerSocket listener, int broker) {
    this.listener = listener;
    this.broker = broker;
    Thread.ofPlatform().daemon().name("proxy-" + port()).start(this::accept);
  }

  /**
   * @param broker the port on loopback that everything is passed on to
   */
  public static FaultyProxy start(int broker) {
    try {
      ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
      return new FaultyProxy(listener, broker);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Where clients connect. */
  public int port() {
    return listener.getLocalPort();
  }

  public void turn(Weather next) {
    weather = next;
    if (next instanceof Weather.Refusing) {
      reset();
    }
  }

  Weather weather() {
    return weather;
  }

  /** Resets every connection; new ones may be made at once. */
  public void reset() {
    connections.forEach(ProxiedConnection::reset);
  }

  /** How many connections stand. */
  public int connections() {
    return connections.size();
  }

  /**
   * Closes the connection on which the next such request came, once the broker has answered it and
   * before the answer arrives.
   *
   * @param then the weather from that moment on
   */
  public void loseReplyTo(ApiKeys request, Weather then) {
    loss.set(Optional.of(new Loss(request, then)));
  }

  /** How many replies were lost on purpose. */
  public int lostReplies() {
    return lost.get();
  }

  /** Whether the reply to this request is the one to lose; true once. */
  boolean loses(short apiKey) {
    Optional<Loss> wanted = loss.get();
    return wanted.filter(it -> it.request().id == apiKey).isPresent();
  }

  /** The broker has answered; nobody will know. */
  boolean loseNow() {
    Optional<Loss> wanted = loss.getAndSet(Optional.empty());
    if (wanted.isEmpty()) {
      return false;
    }
    lost.incrementAndGet();
    turn(wanted.orElseThrow().then());
    return true;
  }

  void gone(ProxiedConnection connection) {
    connections.remove(connection);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        connect(client);
      } catch (IOException _) {
        // the listener was closed, or the client is gone already
      }
    }
  }

  private void connect(Socket client) throws IOException {
    if (weather instanceof Weather.Refusing) {
      client.close();
      return;
    }
    Socket server = new Socket();
    try {
      server.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), broker),
          Math.toIntExact(CONNECT.toMillis()));
    } catch (IOException e) {
      client.close();
      server.close();
      throw e;
    }
    ProxiedConnection connection = new ProxiedConnection(this, client, server);
    connections.add(connection);
    connection.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    reset();
  }
}
