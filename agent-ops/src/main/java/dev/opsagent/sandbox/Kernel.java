package dev.opsagent.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.Optional;

/** The kernel's door: raw system calls, which the C library passes on as they are. */
@SuppressWarnings("restricted") // native access is granted to the whole class path at the start
final class Kernel {
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              Linker.Option.firstVariadicArg(1),
              Linker.Option.captureCallState("errno"));

  private static final int O_PATH = 0x200000;
  private static final int O_CLOEXEC = 0x80000;
  private static final long AT_FDCWD = -100;

  private Kernel() {}

  /** The processors whose system calls are known here. */
  enum Architecture {
    X86_64(0xC000003E),
    AARCH64(0xC00000B7);

    private static final Optional<Architecture> HERE = detect();

    private final int audit;

    Architecture(int audit) {
      this.audit = audit;
    }

    /** What a filter sees as the architecture of a call. */
    int audit() {
      return audit;
    }

    /** This machine's; empty where it is no Linux or another processor. */
    static Optional<Architecture> here() {
      return HERE;
    }

    private static Optional<Architecture> detect() {
      if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
        return Optional.empty();
      }
      return switch (System.getProperty("os.arch")) {
        case "amd64", "x86_64" -> Optional.of(X86_64);
        case "aarch64" -> Optional.of(AARCH64);
        default -> Optional.empty();
      };
    }
  }

  /** A call that was refused. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String call, long error) {
      super(call + " was refused with error " + error);
    }
  }

  /**
   * Calls.
   *
   * @return what the kernel returns; an error as its negative number
   */
  static long call(SystemCall call, long... arguments) {
    return call(call.number(Architecture.here().orElseThrow()), arguments);
  }

  private static long call(long number, long... arguments) {
    long[] all = new long[5];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = (long) CALL.invokeExact(state, number, all[0], all[1], all[2], all[3], all[4]);
      return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (Throwable e) {
      throw new IllegalStateException("a system call cannot be made", e);
    }
  }

  /** Calls and insists on success. */
  static long demand(SystemCall call, long... arguments) throws Refused {
    long result = call(call, arguments);
    if (result < 0) {
      throw new Refused(call.name().toLowerCase(Locale.ROOT), -result);
    }
    return result;
  }

  /** Opens a path only to name it; absent when it is not there. */
  static Optional<Integer> name(String path, boolean followLink) {
    int noFollow = Architecture.here().orElseThrow() == Architecture.AARCH64 ? 0x8000 : 0x20000;
    try (Arena arena = Arena.ofConfined()) {
      long flags = O_PATH | O_CLOEXEC | (followLink ? 0 : noFollow);
      long fd = call(SystemCall.OPENAT, AT_FDCWD, arena.allocateFrom(path).address(), flags);
      return fd < 0 ? Optional.empty() : Optional.of((int) fd);
    }
  }

  static void close(int fd) {
    call(SystemCall.CLOSE, fd);
  }

  /** A function of the C library. */
  static MethodHandle function(String name, MemoryLayout... parameters) {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(JAVA_INT, parameters));
  }

  /** Addresses of the texts, ended by a null. */
  static MemorySegment texts(Arena arena, java.util.List<String> texts) {
    MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
    }
    array.setAtIndex(ADDRESS, texts.size(), MemorySegment.NULL);
    return array;
  }
}
