package dev.opsagent.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.opsagent.sandbox.Kernel.Refused;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/**
 * Starts programs from a thread that first gives up rights. Restrictions of the kernel hold for a
 * thread and what it starts, so the thread is made for one program and ends with it; and since a
 * thread that it makes would inherit them too, everything it does is prepared before, and whoever
 * waits for it is a plain thread: to wake a virtual one may make a new carrier.
 */
@SuppressWarnings("restricted") // memory that one thread lends to another
final class Spawner {
  private static final short SIGNALS_AND_SESSION = 0x04 | 0x08 | 0x80;
  private static final int STRUCTURE = 1024;
  private static final int SIGNAL_SET = 128;
  private static final int STACK = 256 * 1024;
  private static final long EINTR = 4;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_APPEND = 0x400 | 0x40 | 0x1;
  private static final int OWNER_ONLY = 0600;
  private static final long AT_FDCWD = -100;

  private static final MethodHandle SPAWN =
      Kernel.function("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ACTIONS =
      Kernel.function("posix_spawn_file_actions_init", ADDRESS);
  private static final MethodHandle OPEN =
      Kernel.function(
          "posix_spawn_file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle DUPLICATE =
      Kernel.function("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE_FROM =
      Kernel.function("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final MethodHandle CHANGE_FOLDER =
      Kernel.function("posix_spawn_file_actions_addchdir_np", ADDRESS, ADDRESS);
  private static final MethodHandle END_ACTIONS =
      Kernel.function("posix_spawn_file_actions_destroy", ADDRESS);
  private static final MethodHandle ATTRIBUTES = Kernel.function("posix_spawnattr_init", ADDRESS);
  private static final MethodHandle FLAGS =
      Kernel.function("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
  private static final MethodHandle MASK =
      Kernel.function("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  private static final MethodHandle DEFAULTS =
      Kernel.function("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);

  private Spawner() {}

  /**
   * @param program absolute path of what is executed
   * @param arguments its arguments, beginning with its name
   * @param environment the whole of it
   * @param output the file that takes what it writes; absent: it is read from the process
   */
  record Start(
      Path program,
      List<String> arguments,
      Path directory,
      Map<String, String> environment,
      Optional<Path> output) {
    Start {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  /** Gives up rights of the calling thread; 0, or the kernel's error as a negative number. */
  interface Restriction {
    long apply();
  }

  /** Starts the program in a session of its own; its standard input is empty. */
  static Process start(Start start, Restriction restriction) throws IOException {
    CompletableFuture<SpawnedProcess> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("program " + start.program().getFileName())
        .start(() -> startAndWait(start, restriction, started));
    try {
      return started.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause() == null ? "" : e.getCause().getMessage(), e);
    }
  }

  private static void startAndWait(
      Start start, Restriction restriction, CompletableFuture<SpawnedProcess> started) {
    try (Arena arena = Arena.ofConfined()) {
      SpawnedProcess process;
      Confined confined;
      try (Output output = Output.of(arena, start.output())) {
        confined = confined(arena, start, restriction, output);
        new Thread(null, confined, "confined start", STACK, false).start();
        confined.spawned.await();
        long pid = confined.pid();
        process = new SpawnedProcess(pid, output.read(output.out), output.read(output.err));
      }
      started.complete(process);
      process.ended(confined.end());
      call(END_ACTIONS, confined.actions);
    } catch (IOException | Refused | InterruptedException | RuntimeException | Error e) {
      started.completeExceptionally(e);
    }
  }

  private static Confined confined(Arena arena, Start start, Restriction restriction, Output output)
      throws IOException {
    MemorySegment actions = arena.allocate(STRUCTURE, 16);
    call(ACTIONS, actions);
    checked(() -> (int) OPEN.invokeExact(actions, 0, arena.allocateFrom("/dev/null"), 0, 0));
    checked(() -> (int) DUPLICATE.invokeExact(actions, output.outEnd(), 1));
    checked(() -> (int) DUPLICATE.invokeExact(actions, output.errEnd(), 2));
    checked(() -> (int) CLOSE_FROM.invokeExact(actions, 3));
    MemorySegment folder = arena.allocateFrom(start.directory().toString());
    checked(() -> (int) CHANGE_FOLDER.invokeExact(actions, folder));
    MemorySegment attributes = arena.allocate(STRUCTURE, 16);
    call(ATTRIBUTES, attributes);
    checked(() -> (int) FLAGS.invokeExact(attributes, SIGNALS_AND_SESSION));
    MemorySegment none = arena.allocate(SIGNAL_SET, 8);
    checked(() -> (int) MASK.invokeExact(attributes, none));
    MemorySegment all = arena.allocate(SIGNAL_SET, 8).fill((byte) -1);
    checked(() -> (int) DEFAULTS.invokeExact(attributes, all));
    List<String> environment =
        start.environment().entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    return new Confined(
        restriction,
        arena.allocate(8, 8),
        arena.allocateFrom(start.program().toString()),
        actions,
        attributes,
        Kernel.texts(arena, start.arguments()),
        Kernel.texts(arena, environment),
        arena.allocate(8, 8));
  }

  private interface NativeCall {
    int make() throws Throwable;
  }

  private static void call(MethodHandle function, MemorySegment structure) throws IOException {
    checked(() -> (int) function.invokeExact(structure));
  }

  private static void checked(NativeCall call) throws IOException {
    int error;
    try {
      error = call.make();
    } catch (Throwable e) {
      throw new IOException("the C library cannot be called", e);
    }
    if (error != 0) {
      throw new IOException("the C library refused with error " + error);
    }
  }

  /** What the confined thread does: no class is loaded and no thread is made in it. */
  private static final class Confined implements Runnable {
    private final Restriction restriction;
    private final MemorySegment number;
    private final MemorySegment program;
    private final MemorySegment actions;
    private final MemorySegment attributes;
    private final MemorySegment arguments;
    private final MemorySegment environment;
    private final MemorySegment status;
    private final CountDownLatch spawned = new CountDownLatch(1);
    private final CountDownLatch known = new CountDownLatch(1);
    private final CountDownLatch collected = new CountDownLatch(1);
    private volatile long refused;
    private volatile int error = -1;

    Confined(
        Restriction restriction,
        MemorySegment number,
        MemorySegment program,
        MemorySegment actions,
        MemorySegment attributes,
        MemorySegment arguments,
        MemorySegment environment,
        MemorySegment status) {
      this.restriction = restriction;
      this.number = shared(number);
      this.program = shared(program);
      this.actions = actions;
      this.attributes = shared(attributes);
      this.arguments = shared(arguments);
      this.environment = shared(environment);
      this.status = shared(status);
    }

    /** The same memory for the other thread; the one that owns it waits meanwhile. */
    private static MemorySegment shared(MemorySegment segment) {
      return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
    }

    @Override
    public void run() {
      try {
        refused = restriction.apply();
        if (refused == 0) {
          MemorySegment steps = MemorySegment.ofAddress(actions.address());
          error =
              (int) SPAWN.invokeExact(number, program, steps, attributes, arguments, environment);
        }
        spawned.countDown();
        if (refused == 0 && error == 0) {
          known.await();
          collect();
        }
      } catch (Throwable e) {
        refused = Integer.MIN_VALUE;
      }
      spawned.countDown();
      collected.countDown();
    }

    /** This thread is the parent: with it a program that dies with its parent would end. */
    private void collect() {
      long pid = number.get(JAVA_INT, 0);
      long found = Kernel.call(SystemCall.WAIT4, pid, status.address());
      while (found == -EINTR) {
        found = Kernel.call(SystemCall.WAIT4, pid, status.address());
      }
    }

    /** Waits for the program's end; nobody else gets its number before this is called. */
    int end() throws InterruptedException {
      known.countDown();
      collected.await();
      return status.get(JAVA_INT, 0);
    }

    long pid() throws IOException {
      if (refused != 0) {
        throw new IOException("the kernel refused to confine it, with error " + -refused);
      }
      if (error != 0) {
        throw new IOException("the system refused to start it, with error " + error);
      }
      return number.get(JAVA_INT, 0);
    }
  }

  /**
   * Both output streams: two pipes, or one file. Descriptors of this process, closed at the end.
   */
  private static final class Output implements AutoCloseable {
    private final int[] out;
    private final int[] err;

    private Output(int[] out, int[] err) {
      this.out = out;
      this.err = err;
    }

    static Output of(Arena arena, Optional<Path> file) throws Refused {
      if (file.isEmpty()) {
        return new Output(pipe(arena), pipe(arena));
      }
      MemorySegment path = arena.allocateFrom(file.get().toString());
      long flags = O_APPEND | O_CLOEXEC;
      long fd = Kernel.demand(SystemCall.OPENAT, AT_FDCWD, path.address(), flags, OWNER_ONLY);
      return new Output(new int[] {(int) fd}, new int[] {(int) fd});
    }

    private static int[] pipe(Arena arena) throws Refused {
      MemorySegment ends = arena.allocate(8, 4);
      Kernel.demand(SystemCall.PIPE2, ends.address(), O_CLOEXEC);
      return new int[] {ends.get(JAVA_INT, 0), ends.get(JAVA_INT, 4)};
    }

    int outEnd() {
      return out[out.length - 1];
    }

    int errEnd() {
      return err[err.length - 1];
    }

    /** The reading end of a pipe, by a descriptor of its own. */
    InputStream read(int[] ends) throws IOException {
      return ends.length == 1
          ? InputStream.nullInputStream()
          : new FileInputStream("/proc/self/fd/" + ends[0]);
    }

    @Override
    public void close() {
      for (int fd : out) {
        Kernel.close(fd);
      }
      if (err[0] != out[0]) {
        for (int fd : err) {
          Kernel.close(fd);
        }
      }
    }
  }
}
