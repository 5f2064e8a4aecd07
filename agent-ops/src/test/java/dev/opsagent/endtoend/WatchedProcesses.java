package dev.opsagent.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks again and again at what the programs show that a process starts: arguments, environment.
 */
final class WatchedProcesses implements AutoCloseable {
  /** The one variable in which the one canary may stand. */
  private static final String GIVEN = "OPS_AGENT_NPM_TOKEN=";

  private static final long PAUSE_NANOS = 5_000_000;

  private final Canaries canaries;
  private final ProcessHandle parent;
  private final String own;
  private final Set<String> found = new ConcurrentSkipListSet<>();
  private final Set<Long> seen = new ConcurrentSkipListSet<>();
  private final Thread watcher;
  private volatile boolean closed;

  WatchedProcesses(Canaries canaries, long parent) throws IOException {
    this.canaries = canaries;
    this.parent = ProcessHandle.of(parent).orElseThrow();
    this.own = read(Path.of("/proc", Long.toString(parent), "cmdline"));
    this.watcher = Thread.ofPlatform().daemon().start(this::watch);
  }

  private void watch() {
    while (!closed) {
      parent.descendants().forEach(this::look);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void look(ProcessHandle process) {
    Path shown = Path.of("/proc", Long.toString(process.pid()));
    try {
      String arguments = read(shown.resolve("cmdline"));
      if (arguments.equals(own)) {
        return; // forked, and not yet another program
      }
      look(arguments, "arguments", arguments);
      if (seen.add(process.pid())) {
        for (String variable : read(shown.resolve("environ")).split("\0", -1)) {
          if (!variable.startsWith(GIVEN)) {
            look(arguments, "environment", variable);
          }
        }
      }
    } catch (IOException ended) {
      seen.remove(process.pid());
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), UTF_8);
  }

  private void look(String program, String where, String text) {
    canaries
        .in(text.getBytes(UTF_8))
        .forEach(canary -> found.add(where + " of " + program.replace('\0', ' ') + ": " + canary));
  }

  /** How many processes were looked at. */
  int seen() {
    return seen.size();
  }

  Set<String> found() {
    return new TreeSet<>(found);
  }

  @Override
  public void close() {
    closed = true;
    try {
      watcher.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
