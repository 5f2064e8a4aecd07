package dev.opsagent.testing;

import dev.opsagent.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The broker that all tests of this JVM share, started by the first that asks. Tests keep apart by
 * topic names and group ids of their own: see {@link #unique}.
 */
public final class TestBroker {
  private TestBroker() {}

  /** What clients take as {@code bootstrap.servers}. */
  public static String bootstrap() {
    return Shared.BROKER.bootstrap();
  }

  /** A name that no other test has. */
  public static String unique(String name) {
    return name + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static final class Shared {
    static final EmbeddedBroker BROKER = start();

    private static EmbeddedBroker start() {
      try {
        Path folder = Files.createTempDirectory("ops-agent-test-broker");
        EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(broker, folder)));
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void end(EmbeddedBroker broker, Path folder) {
      broker.close();
      try (Stream<Path> files = Files.walk(folder)) {
        List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
