package dev.opsagent.faults;

import dev.opsagent.faults.FaultyProxy.Weather;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One client's connection to the broker, message by message in both directions. */
final class ProxiedConnection {
  private static final int MOST_BYTES = 64 * 1024 * 1024;
  private static final int MOST_WAITING = 1_000;
  private static final int SLICES_PER_SECOND = 10;
  private static final int CORRELATION_ID = 4;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

  private final FaultyProxy proxy;
  private final Socket client;
  private final Socket server;
  private final Set<Integer> losing = ConcurrentHashMap.newKeySet();

  /** A message on its way. */
  private record Parcel(byte[] message, long due) {}

  ProxiedConnection(FaultyProxy proxy, Socket client, Socket server) {
    this.proxy = proxy;
    this.client = client;
    this.server = server;
  }

  void start() {
    carry(client, server, this::request);
    carry(server, client, this::reply);
  }

  void reset() {
    end(client);
    end(server);
    proxy.gone(this);
  }

  private static void end(Socket socket) {
    try {
      socket.setSoLinger(true, 0); // the other side sees a reset, not an end
      socket.close();
    } catch (IOException _) {
      // it is gone, as wanted
    }
  }

  private interface Checkpoint {
    /** How much later the message arrives, in nanoseconds; negative when it never does. */
    long delay(ByteBuffer message);
  }

  private long request(ByteBuffer message) {
    if (proxy.loses(message.getShort(0))) {
      losing.add(message.getInt(CORRELATION_ID));
    }
    return proxy.weather() instanceof Weather.Slow(Duration by) ? by.toNanos() : 0;
  }

  private long reply(ByteBuffer message) {
    return losing.remove(message.getInt(0)) && proxy.loseNow() ? -1 : 0;
  }

  private void carry(Socket from, Socket to, Checkpoint checkpoint) {
    BlockingQueue<Parcel> way = new ArrayBlockingQueue<>(MOST_WAITING);
    Thread.ofVirtual().start(() -> untilItEnds(() -> read(from, way, checkpoint)));
    Thread.ofVirtual().start(() -> untilItEnds(() -> write(to, way)));
  }

  private interface Carrying {
    void run() throws IOException, InterruptedException;
  }

  private void untilItEnds(Carrying carrying) {
    try {
      carrying.run();
    } catch (IOException | InterruptedException _) {
      // either side has closed
    } finally {
      reset();
    }
  }

  private static void read(Socket from, BlockingQueue<Parcel> way, Checkpoint checkpoint)
      throws IOException, InterruptedException {
    DataInputStream in = new DataInputStream(from.getInputStream());
    while (true) {
      int size = in.readInt();
      if (size < 0 || size > MOST_BYTES) {
        throw new IOException("not a message of Kafka: " + size + " bytes");
      }
      byte[] message = new byte[size];
      in.readFully(message);
      long delay = checkpoint.delay(ByteBuffer.wrap(message));
      if (delay < 0) {
        return;
      }
      way.put(new Parcel(message, System.nanoTime() + delay));
    }
  }

  private void write(Socket to, BlockingQueue<Parcel> way)
      throws IOException, InterruptedException {
    OutputStream out = to.getOutputStream();
    while (!to.isClosed()) {
      Parcel parcel = way.poll(1, TimeUnit.SECONDS);
      if (parcel != null) {
        pauseUntil(parcel.due());
        byte[] framed =
            ByteBuffer.allocate(Integer.BYTES + parcel.message().length)
                .putInt(parcel.message().length)
                .put(parcel.message())
                .array();
        send(out, to, framed);
      }
    }
  }

  /** The weather may change under way. */
  private void send(OutputStream out, Socket to, byte[] framed) throws IOException {
    int sent = 0;
    while (sent < framed.length && !to.isClosed()) {
      switch (proxy.weather()) {
        case Weather.HalfOpen() -> LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        case Weather.Narrow(int bytesPerSecond) -> {
          int slice = Math.max(1, bytesPerSecond / SLICES_PER_SECOND);
          int length = Math.min(slice, framed.length - sent);
          out.write(framed, sent, length);
          sent += length;
          pauseUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(1) / SLICES_PER_SECOND);
        }
        case Weather.Clear(), Weather.Slow(_), Weather.Refusing() -> {
          out.write(framed, sent, framed.length - sent);
          sent = framed.length;
        }
      }
    }
  }

  private static void pauseUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
