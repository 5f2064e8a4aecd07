package dev.opsagent.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real single-node Kafka broker and controller in this JVM, listening on loopback only. Its data
 * folder belongs to it: an empty one is formatted, a filled one is used as it is. Acknowledged
 * records survive the death of the process, not that of the machine.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private final KafkaRaftServer server;
  private final BrokerPorts ports;
  private final FolderLock lock;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(KafkaRaftServer server, BrokerPorts ports, FolderLock lock) {
    this.server = server;
    this.ports = ports;
    this.lock = lock;
  }

  /**
   * Starts a broker and returns when it serves clients, after about two seconds.
   *
   * @param dataDir created when it is missing
   * @param port where clients connect; 0 takes the port that the folder was served on before, or a
   *     free one
   * @throws IOException when the folder is not usable or in use, or the port is taken
   */
  public static EmbeddedBroker start(Path dataDir, int port) throws IOException {
    Path folder = Files.createDirectories(dataDir).toRealPath();
    // The broker answers a folder in use by halting the JVM, so the lock is taken before it.
    FolderLock lock = FolderLock.take(folder);
    try {
      format(folder);
      return serve(folder, port, lock);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** What clients take as {@code bootstrap.servers}. */
  public String bootstrap() {
    return "127.0.0.1:" + ports.client();
  }

  public int port() {
    return ports.client();
  }

  /** Stops serving and leaves the data folder complete. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      server.shutdown();
      server.awaitShutdown();
      lock.close();
    }
  }

  private static void format(Path folder) throws IOException {
    if (Files.exists(folder.resolve("meta.properties"))) {
      return;
    }
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(nowhere)
          .setNodeId(BrokerSettings.NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName(BrokerSettings.CONTROLLER)
          .setMetadataLogDirectory(folder.toString())
          .addDirectory(folder.toString())
          .run();
    } catch (Exception e) {
      throw new IOException("could not format " + folder + " for the embedded broker", e);
    }
  }

  private static EmbeddedBroker serve(Path folder, int port, FolderLock lock) throws IOException {
    BrokerPorts ports = BrokerPorts.choose(folder, port);
    KafkaConfig config = new KafkaConfig(BrokerSettings.of(folder, ports), false);
    try {
      KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
      server.startup();
      ports.remember(folder);
      return new EmbeddedBroker(server, ports, lock);
    } catch (KafkaException e) {
      throw new IOException("could not start the embedded broker on " + folder, e);
    }
  }
}
