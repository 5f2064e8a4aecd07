package dev.opsagent.testing;

import dev.opsagent.broker.ContainerBroker;
import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.ConfigurationSources;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.configuration.Setting;
import dev.opsagent.outside.FolderRemoval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
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

  /**
   * A worker on this broker, with topics and a group of its own, as {@code ops-agent.yaml} in the
   * folder has the rest.
   *
   * @param name what topics and group are called after
   */
  public static Configuration configuration(String name, Path folder, int partitions) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.BOOTSTRAP, bootstrap());
    flags.put(Setting.TOPIC_PREFIX, unique(name));
    flags.put(Setting.PARTITIONS, Integer.toString(partitions));
    flags.put(Setting.REPLICATION, "1");
    flags.put(Setting.GROUP, unique(name));
    flags.put(Setting.DATA, folder.resolve("data").toString());
    flags.put(Setting.HTTP_PORT, "0");
    ConfigurationSources sources = new ConfigurationSources(Map.of(), folder, folder);
    return switch (sources.load(Optional.of(folder.resolve("ops-agent.yaml")), flags)) {
      case Loaded.Valid valid -> valid.configuration();
      case Loaded.Invalid invalid -> throw new AssertionError(invalid.problems());
    };
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
