package dev.opsagent.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.opsagent.sandbox.Spawner.Restriction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** What a thread gives up before it starts a program; prepared by another thread. */
final class Rights implements Restriction, AutoCloseable {
  private static final int NO_NEW_PRIVILEGES = 38;
  private static final int FILTER_MODE = 1;
  private static final int CAPABILITY_VERSION = 0x20080522;

  private final Arena arena = Arena.ofShared();
  private final Optional<Landlock> landlock;
  private final MemorySegment filter;
  private final MemorySegment version;
  private final MemorySegment capabilities;
  private final boolean keepsCapabilities;

  /**
   * @param landlock closed with this
   * @param keepsCapabilities whether the program will give them up itself
   */
  Rights(Optional<Landlock> landlock, CallFilter filter, boolean keepsCapabilities) {
    this.landlock = landlock;
    this.filter = filter.assemble(arena);
    this.version = arena.allocate(8, 8);
    this.version.set(JAVA_INT, 0, CAPABILITY_VERSION);
    this.capabilities = arena.allocate(24, 8);
    this.keepsCapabilities = keepsCapabilities;
  }

  @Override
  public long apply() {
    long error = Kernel.call(SystemCall.PRCTL, NO_NEW_PRIVILEGES, 1, 0, 0, 0);
    if (error == 0 && !keepsCapabilities) {
      error = Kernel.call(SystemCall.CAPSET, version.address(), capabilities.address());
    }
    if (error == 0 && landlock.isPresent()) {
      error = landlock.get().restrictThread();
    }
    return error == 0 ? Kernel.call(SystemCall.SECCOMP, FILTER_MODE, 0, filter.address()) : error;
  }

  @Override
  public void close() {
    landlock.ifPresent(Landlock::close);
    arena.close();
  }
}
