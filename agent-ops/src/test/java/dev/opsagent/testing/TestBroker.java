package dev.opsagent.testing;

import dev.opsagent.broker.ContainerBroker;
import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.outside.FolderRemoval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The broker that all tests of this JVM share, started by the first that asks: an embedded one, or
 * one in a container of the image that the system property {@value #IMAGE} names. Tests keep apart
 * by topic names and group ids of their own: see {@link #unique}.
 */
public final class TestBroker {
  private static final String IMAGE = "ops.test.broker";

  private static @Nullable String bootstrap;

  private TestBroker() {}

  /** What clients take as {@code bootstrap.servers}. */
  public static synchronized String bootstrap() {
    String running = bootstrap;
    if (running == null) {
      String image = System.getProperty(IMAGE, "");
      running = image.isEmpty() ? embedded() : ContainerBroker.start(image).bootstrap();
      bootstrap = running;
    }
    return running;
  }

  /** A name that no other test has. */
  public static String unique(String name) {
    return name + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static String embedded() {
    try {
      Path folder = Files.createTempDirectory("ops-agent-test-broker");
      EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(broker, folder)));
      return broker.bootstrap();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void end(EmbeddedBroker broker, Path folder) {
    broker.close();
    try {
      FolderRemoval.remove(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
