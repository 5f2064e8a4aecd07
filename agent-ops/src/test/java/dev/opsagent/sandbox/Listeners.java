package dev.opsagent.sandbox;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Peers that nobody behind a wall may reach, and one that a command may declare. */
final class Listeners implements AutoCloseable {
  private final AtomicInteger heard = new AtomicInteger();
  private final Deque<Closeable> open = new ArrayDeque<>();
  private final ServerSocketChannel tcp;
  private final DatagramSocket udp;
  private final ServerSocket declared;
  private final String abstractName = "ops-escape-" + UUID.randomUUID();
  private final Process abstractListener;

  Listeners() throws IOException {
    tcp =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listen(tcp);
    declared = new ServerSocket(0);
    open.push(declared);
    udp = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    open.push(udp);
    Thread.ofVirtual().start(this::receive);
    // Java knows no abstract names; perl has them, and says so when somebody comes.
    abstractListener =
        new ProcessBuilder(
                "perl",
                "-MSocket",
                "-e",
                "socket(S,AF_UNIX,SOCK_STREAM,0); bind(S,pack_sockaddr_un(\"\\0$ARGV[0]\"));"
                    + "listen(S,5); $|=1; print \"ready\\n\"; accept(C,S); print \"heard\\n\"",
                abstractName)
            .start();
    if (!"ready".equals(abstractListener.inputReader().readLine())) {
      throw new IOException("perl does not listen");
    }
  }

  void listen(ServerSocketChannel channel) {
    open.push(channel);
    Thread.ofVirtual().start(() -> accept(channel));
  }

  private void accept(ServerSocketChannel channel) {
    try {
      while (true) {
        channel.accept().close();
        heard.incrementAndGet();
      }
    } catch (ClosedChannelException e) {
      return;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void receive() {
    try {
      udp.receive(new DatagramPacket(new byte[8], 8));
      heard.incrementAndGet();
    } catch (IOException e) {
      return;
    }
  }

  /** Whether somebody came; what is underway gets a moment to arrive. */
  boolean heard() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(20);
    return heard.get() > 0 || !abstractListener.isAlive();
  }

  int tcpPort() {
    return tcp.socket().getLocalPort();
  }

  int udpPort() {
    return udp.getLocalPort();
  }

  int declaredPort() {
    return declared.getLocalPort();
  }

  String abstractName() {
    return abstractName;
  }

  @Override
  public void close() throws IOException {
    abstractListener.destroyForcibly().onExit().join();
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
