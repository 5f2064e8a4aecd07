package dev.opsagent.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.opsagent.sandbox.Kernel.Refused;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A set of Landlock rules, as far as the running kernel knows them (its ABI version). */
final class Landlock implements AutoCloseable {
  private static final long EXECUTE = 1;
  private static final long WRITE_FILE = 1 << 1;
  private static final long READ_FILE = 1 << 2;
  private static final long READ_FOLDER = 1 << 3;
  private static final long MAKE_CHARACTER_DEVICE = 1 << 6;
  private static final long MAKE_BLOCK_DEVICE = 1 << 11;
  private static final long MOVE = 1 << 13;
  private static final long TRUNCATE = 1 << 14;
  private static final long DEVICE_CONTROL = 1 << 15;
  private static final long FIRST_VERSION = (1 << 13) - 1;
  private static final long DEVICES = MAKE_CHARACTER_DEVICE | MAKE_BLOCK_DEVICE | DEVICE_CONTROL;
  private static final long OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL;

  private static final long BIND = 1;
  private static final long CONNECT = 1 << 1;
  private static final long ABSTRACT_SOCKETS_AND_SIGNALS = 3;

  private static final int BELOW_PATH = 1;
  private static final int PORT = 2;

  private final int rules;
  private final long files;

  private Landlock(int rules, long files) {
    this.rules = rules;
    this.files = files;
  }

  /** The version that the kernel offers; 0 where it offers none. */
  static int version() {
    if (Kernel.Architecture.here().isEmpty()) {
      return 0;
    }
    return (int) Math.max(0, Kernel.call(SystemCall.LANDLOCK_CREATE_RULESET, 0, 0, 1));
  }

  /**
   * An empty set: what it handles is denied but for the rules that are added.
   *
   * @param handlesFiles whether it handles files; a program so restricted cannot mount
   * @param handlesTcp whether it handles TCP ports
   * @throws Refused when the kernel has no Landlock, or none that can handle this
   */
  static Landlock handling(boolean handlesFiles, boolean handlesTcp) throws Refused {
    int version = version();
    long files = handlesFiles ? fileRights(version) : 0;
    long tcp = handlesTcp && version >= 4 ? BIND | CONNECT : 0;
    long scopes = version >= 6 ? ABSTRACT_SOCKETS_AND_SIGNALS : 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handled = arena.allocate(24, 8);
      handled.set(JAVA_LONG, 0, files);
      handled.set(JAVA_LONG, 8, tcp);
      handled.set(JAVA_LONG, 16, scopes);
      long size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
      long rules = Kernel.demand(SystemCall.LANDLOCK_CREATE_RULESET, handled.address(), size, 0);
      return new Landlock((int) rules, files);
    }
  }

  private static long fileRights(int version) {
    return FIRST_VERSION
        | (version >= 2 ? MOVE : 0)
        | (version >= 3 ? TRUNCATE : 0)
        | (version >= 5 ? DEVICE_CONTROL : 0);
  }

  /** Lets files be read and executed; nothing when the path is not there. */
  void read(Path path) throws Refused {
    allow(path, EXECUTE | READ_FILE | READ_FOLDER, true);
  }

  /** Lets everything be done but making or steering devices; a link is never followed. */
  void write(Path path) throws Refused {
    allow(path, files & ~DEVICES, false);
  }

  /** Lets a file's content be read and written. */
  void use(Path file) throws Refused {
    allow(file, READ_FILE | WRITE_FILE, true);
  }

  private void allow(Path path, long rights, boolean followLink) throws Refused {
    Optional<Integer> opened = Kernel.name(path.toString(), followLink);
    if (opened.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rule = arena.allocate(16, 8);
      long possible = Files.isDirectory(path) ? rights : rights & OF_FILES;
      rule.set(JAVA_LONG_UNALIGNED, 0, possible & files);
      rule.set(JAVA_INT_UNALIGNED, 8, opened.get());
      add(BELOW_PATH, rule);
    } finally {
      Kernel.close(opened.get());
    }
  }

  /** Lets TCP connections be made to the port, of whatever host. */
  void connect(int port) throws Refused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rule = arena.allocate(16, 8);
      rule.set(JAVA_LONG, 0, CONNECT);
      rule.set(JAVA_LONG, 8, port);
      add(PORT, rule);
    }
  }

  private void add(int kind, MemorySegment rule) throws Refused {
    Kernel.demand(SystemCall.LANDLOCK_ADD_RULE, rules, kind, rule.address(), 0);
  }

  /** Restricts the calling thread and what it starts, for ever; 0, or an error. */
  long restrictThread() {
    return Kernel.call(SystemCall.LANDLOCK_RESTRICT_SELF, rules, 0);
  }

  @Override
  public void close() {
    Kernel.close(rules);
  }
}
