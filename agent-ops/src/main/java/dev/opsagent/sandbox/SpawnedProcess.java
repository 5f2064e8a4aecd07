package dev.opsagent.sandbox;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A child of this process that {@link Spawner} started. */
final class SpawnedProcess extends Process {
  private static final int SIGNALLED = 0x7f;

  private final long pid;
  private final InputStream stdout;
  private final InputStream stderr;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  /** Looked up before its end is collected: until then nobody else gets its number. */
  private final Optional<ProcessHandle> handle;

  SpawnedProcess(long pid, InputStream stdout, InputStream stderr) {
    this.pid = pid;
    this.stdout = stdout;
    this.stderr = stderr;
    this.handle = ProcessHandle.of(pid);
  }

  /** Tells that it has ended, with the status that the kernel gave. */
  void ended(int status) {
    exit.complete(code(status));
  }

  private static int code(int status) {
    int signal = status & SIGNALLED;
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public ProcessHandle toHandle() {
    return handle.orElseThrow(UnsupportedOperationException::new);
  }

  @Override
  public OutputStream getOutputStream() {
    return OutputStream.nullOutputStream();
  }

  @Override
  public InputStream getInputStream() {
    return stdout;
  }

  @Override
  public InputStream getErrorStream() {
    return stderr;
  }

  @Override
  public int waitFor() throws InterruptedException {
    try {
      return exit.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    try {
      exit.get(timeout, unit);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int exitValue() {
    Integer code = exit.getNow(null);
    if (code == null) {
      throw new IllegalThreadStateException("it has not ended");
    }
    return code;
  }

  @Override
  public boolean isAlive() {
    return !exit.isDone();
  }

  @Override
  public CompletableFuture<Process> onExit() {
    return exit.thenApply(code -> this);
  }

  @Override
  public boolean supportsNormalTermination() {
    return true;
  }

  @Override
  public void destroy() {
    handle.ifPresent(ProcessHandle::destroy);
  }

  @Override
  public Process destroyForcibly() {
    handle.ifPresent(ProcessHandle::destroyForcibly);
    return this;
  }
}
