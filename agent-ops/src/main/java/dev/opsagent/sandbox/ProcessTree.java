package dev.opsagent.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A process and everything that came of it, also what has detached itself: its descendants, the
 * members of its session, and whoever carries its mark in the environment.
 */
final class ProcessTree {
  private static final Path PROC = Path.of("/proc");
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

  /** Longer than any kernel takes to end a killed process that does not hang in a device. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private final Process root;
  private final String mark;

  /**
   * @param mark an entry of the root's environment ({@code NAME=value}) that no other process has
   */
  ProcessTree(Process root, String mark) {
    this.root = root;
    this.mark = "\0" + mark + "\0";
  }

  /**
   * Kills every member, again and again, since each may start another before its turn comes.
   *
   * @return whether none is left
   */
  boolean end() {
    boolean interrupted = Thread.interrupted();
    try {
      return endUninterrupted();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean endUninterrupted() {
    long start = System.nanoTime();
    List<ProcessHandle> left = members();
    while (!left.isEmpty() && System.nanoTime() - start < PATIENCE) {
      left.forEach(ProcessHandle::destroyForcibly);
      LockSupport.parkNanos(PAUSE);
      left = members();
    }
    return left.isEmpty();
  }

  private List<ProcessHandle> members() {
    Stream<ProcessHandle> family =
        root.isAlive()
            ? Stream.concat(Stream.of(root.toHandle()), root.descendants())
            : Stream.empty();
    Stream<ProcessHandle> detached = ProcessHandle.allProcesses().filter(this::belongs);
    return Stream.concat(family, detached).distinct().filter(ProcessTree::runs).toList();
  }

  private boolean belongs(ProcessHandle process) {
    return session(process) == root.pid() || carriesMark(process);
  }

  private boolean carriesMark(ProcessHandle process) {
    return ("\0" + read(process, "environ")).contains(mark);
  }

  private static long session(ProcessHandle process) {
    String[] fields = fieldsAfterName(process);
    return fields.length > 3 ? Long.parseLong(fields[3]) : -1;
  }

  /** A zombie has ended: it only waits for a parent that may never ask. */
  private static boolean runs(ProcessHandle process) {
    String state = fieldsAfterName(process)[0];
    return process.isAlive() && !state.equals("Z") && !state.equals("X");
  }

  /** The name stands in parentheses and may hold anything, also spaces and parentheses. */
  private static String[] fieldsAfterName(ProcessHandle process) {
    String line = read(process, "stat");
    return line.substring(line.lastIndexOf(')') + 1).strip().split(" ", 5);
  }

  /** Empty for a process that has ended or belongs to another user, which cannot be ours. */
  private static String read(ProcessHandle process, String file) {
    try {
      Path path = PROC.resolve(Long.toString(process.pid())).resolve(file);
      return Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
