package dev.opsagent.tools.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The processes of the machine, as {@code /proc} shows them where there is one. */
final class ProcessTable {
  private static final int MAX_ENVIRONMENT = 4 * 1024 * 1024;
  private static final Set<String> ENDED = Set.of("Z", "X", "x");
  private static final int STATE = 0;
  private static final int PARENT = 1;
  private static final int SESSION = 3;
  private static final int START = 19;

  private final Path proc;

  ProcessTable(Path proc) {
    this.proc = proc;
  }

  /** Whether processes can be found by their marks. */
  boolean showsMarks() {
    return Files.isReadable(proc.resolve("self").resolve("environ"));
  }

  /** The process that has this number now. */
  Optional<ProcessIdentity> identify(long pid) {
    if (showsMarks()) {
      return stat(pid).map(Stat::identity);
    }
    return ProcessHandle.of(pid)
        .flatMap(handle -> handle.info().startInstant())
        .map(Instant::toString)
        .map(born -> new ProcessIdentity(pid, born));
  }

  boolean isAlive(ProcessIdentity identity) {
    if (showsMarks()) {
      return stat(identity.pid()).filter(Stat::isAlive).map(Stat::identity).stream()
          .anyMatch(identity::equals);
    }
    return identify(identity.pid()).filter(identity::equals).isPresent();
  }

  /** Whether it still holds anything: one that nobody has waited for yet does not. */
  boolean isAlive(ProcessHandle handle) {
    return handle.isAlive() && isNoZombie(handle);
  }

  /** Whether the machine has been started again since; no, where it does not tell. */
  boolean isOfAnotherBoot(ProcessIdentity identity) {
    return identify(ProcessHandle.current().pid())
        .map(own -> own.born().split(":", -1)[0])
        .filter(boot -> showsMarks() && !identity.born().startsWith(boot + ":"))
        .isPresent();
  }

  /** The topmost living process whose environment holds every mark. */
  Optional<ProcessIdentity> find(Set<String> marks) throws IOException {
    List<Stat> marked = marked(marks);
    Set<Long> pids = marked.stream().map(Stat::pid).collect(Collectors.toSet());
    return marked.stream()
        .filter(stat -> !pids.contains(stat.parent()))
        .min(Comparator.comparing(Stat::leadsNoSession).thenComparingLong(Stat::ticks))
        .map(Stat::identity);
  }

  /** The process, everything that it started, and whatever else bears the marks. */
  List<ProcessHandle> tree(Optional<ProcessIdentity> root, Set<String> marks) throws IOException {
    List<ProcessHandle> tree = new ArrayList<>();
    root.filter(this::isAlive).flatMap(one -> ProcessHandle.of(one.pid())).ifPresent(tree::add);
    if (showsMarks()) {
      marked(marks).stream()
          .flatMap(stat -> ProcessHandle.of(stat.pid()).stream())
          .forEach(tree::add);
    }
    List.copyOf(tree).stream().flatMap(ProcessHandle::descendants).forEach(tree::add);
    return tree.stream().distinct().filter(this::isNoZombie).toList();
  }

  private boolean isNoZombie(ProcessHandle handle) {
    return !showsMarks() || stat(handle.pid()).filter(Stat::isAlive).isPresent();
  }

  private List<Stat> marked(Set<String> marks) throws IOException {
    List<Stat> marked = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path folder : folders) {
        if (bears(folder, marks)) {
          stat(Long.parseLong(folder.getFileName().toString()))
              .filter(Stat::isAlive)
              .ifPresent(marked::add);
        }
      }
    }
    return marked;
  }

  private static boolean bears(Path folder, Set<String> marks) {
    try (InputStream file = Files.newInputStream(folder.resolve("environ"))) {
      String text = new String(file.readNBytes(MAX_ENVIRONMENT), StandardCharsets.UTF_8);
      return Arrays.asList(text.split("\0", -1)).containsAll(marks);
    } catch (IOException e) {
      // Another user's, or gone meanwhile: in neither case one that this worker started.
      return false;
    }
  }

  private Optional<Stat> stat(long pid) {
    try {
      String line = Files.readString(proc.resolve(Long.toString(pid)).resolve("stat"));
      // The name in parentheses may hold anything, a closing parenthesis too.
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(
          new Stat(
              pid,
              hasEnded(pid, fields[STATE]),
              Long.parseLong(fields[PARENT]),
              Long.parseLong(fields[SESSION]),
              Long.parseLong(fields[START]),
              boot()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * A first thread that is gone is a zombie already while others still hold the process's files,
   * and the port that it listened on.
   */
  private boolean hasEnded(long pid, String state) {
    if (!ENDED.contains(state)) {
      return false;
    }
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(proc.resolve(Long.toString(pid)).resolve("task"))) {
      return StreamSupport.stream(threads.spliterator(), false).limit(2).count() < 2;
    } catch (IOException e) {
      return true; // gone meanwhile
    }
  }

  private String boot() throws IOException {
    return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
  }

  private record Stat(long pid, boolean ended, long parent, long session, long ticks, String boot) {
    boolean isAlive() {
      return !ended;
    }

    boolean leadsNoSession() {
      return session != pid;
    }

    ProcessIdentity identity() {
      return new ProcessIdentity(pid, boot + ":" + ticks);
    }
  }
}
