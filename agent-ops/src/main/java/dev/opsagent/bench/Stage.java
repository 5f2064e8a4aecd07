package dev.opsagent.bench;

import dev.opsagent.bench.ChildJvm.Launch;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that a measurement starts; closing it ends all of that, from any thread. */
final class Stage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Stage.class);

  private final Path folder;
  private final String bootstrap;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private int fleets;

  /**
   * @param folder for data and logs
   * @param given a broker to use; absent for one of our own
   */
  Stage(Path folder, Optional<String> given) throws InterruptedException {
    this.folder = folder;
    this.bootstrap = given.isPresent() ? given.orElseThrow() : broker();
  }

  private String broker() throws InterruptedException {
    Path data = folder.resolve("broker");
    return start(BrokerJvm.class, true, List.of(), List.of(data.toString())).awaitReady();
  }

  String bootstrap() {
    return bootstrap;
  }

  Path folder() {
    return folder;
  }

  /** A prefix for topics that nobody has used yet. */
  String newPrefix(String name) {
    return name + "-" + ++fleets;
  }

  static Topics topics(String prefix) {
    return Topics.of(Optional.of(prefix), Optional.empty());
  }

  /**
   * Starts a worker.
   *
   * @param options of its JVM
   * @param more arguments beside the usual ones
   */
  ChildJvm worker(String prefix, List<String> options, String... more) throws InterruptedException {
    Path data = folder.resolve("data-" + prefix);
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> arguments =
        Stream.concat(Stream.of(bootstrap, prefix, data.toString()), Stream.of(more)).toList();
    ChildJvm worker = start(WorkerJvm.class, false, options, arguments);
    worker.awaitReady();
    return worker;
  }

  /** Starts a worker and the load on it. */
  Side agent(String prefix, List<String> options) throws InterruptedException {
    ChildJvm worker = worker(prefix, options);
    return new Side("agent", worker, load(prefix));
  }

  /** Starts a floor, on topics that a worker has made, and the load on it. */
  Side floor(String prefix, Footprint footprint) throws InterruptedException {
    Path file = folder.resolve(prefix + ".footprint");
    try {
      Files.write(file, Json.write(footprint));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ChildJvm floor =
        start(RawFloor.class, false, List.of(), List.of(bootstrap, prefix, file.toString()));
    floor.awaitReady();
    return new Side("floor", floor, load(prefix));
  }

  /** Sends one task and waits for nothing. */
  void sendOne(String prefix) {
    try (Load load = new Load(bootstrap, topics(prefix).tasks(), topics(prefix).status())) {
      load.fill(1);
    }
  }

  private Load load(String prefix) {
    return keep(new Load(bootstrap, topics(prefix).tasks(), topics(prefix).status()));
  }

  /** Starts a command of {@code ops-agent} as the launcher would, without the broker's jars. */
  ChildJvm program(String main, List<String> options, String... arguments) {
    return start(main, false, options, List.of(arguments));
  }

  private ChildJvm start(
      Class<?> main, boolean broker, List<String> options, List<String> arguments) {
    return start(main.getName(), broker, options, arguments);
  }

  private ChildJvm start(
      String main, boolean broker, List<String> options, List<String> arguments) {
    String name = main.substring(main.lastIndexOf('.') + 1);
    Path log = folder.resolve(name + ".log");
    return keep(ChildJvm.start(new Launch(name, main, broker, options, arguments, log.toFile())));
  }

  private synchronized <T extends AutoCloseable> T keep(T part) {
    running.push(part);
    return part;
  }

  /** Ends the side's load and process now. */
  void end(Side side) {
    end(side.load());
    end(side.process());
  }

  /** Ends it now, rather than with everything else. */
  void end(AutoCloseable part) {
    synchronized (this) {
      running.remove(part);
    }
    close(part);
  }

  /** Ends it as a crash would. */
  synchronized void kill(ChildJvm child) {
    running.remove(child);
    child.kill();
  }

  @Override
  public void close() {
    for (Optional<AutoCloseable> part = last(); part.isPresent(); part = last()) {
      close(part.orElseThrow());
    }
  }

  private synchronized Optional<AutoCloseable> last() {
    return Optional.ofNullable(running.poll());
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("could not end {}", part, e);
    }
  }
}
