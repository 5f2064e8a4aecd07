package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Detached;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.process.ServiceState.Entry;
import dev.opsagent.tools.process.ServiceState.Spec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Starts the processes of one target and ends them. */
final class Launcher {
  private static final Duration GLANCE = Duration.ofMillis(50);

  private final String target;
  private final ServiceFolder folder;
  private final ServiceLog log;
  private final ProcessTable processes;
  private final Programs programs;
  private final Limits limits;
  private final LongSupplier nanoTime;

  /**
   * @param firstMoments how long a process must live before its start counts
   * @param grace how long it may take to end by itself
   * @param kill how long the system may take to end it
   */
  record Limits(Duration firstMoments, Duration grace, Duration kill) {
    static final Limits USUAL =
        new Limits(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(5));
  }

  Launcher(
      String target,
      ServiceFolder folder,
      ServiceLog log,
      ProcessTable processes,
      Programs programs,
      Limits limits,
      LongSupplier nanoTime) {
    this.target = target;
    this.folder = folder;
    this.log = log;
    this.processes = processes;
    this.programs = programs;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /** The process that was started for the release, if it lives, whether it was recorded or not. */
  Optional<ProcessIdentity> find(Spec spec) throws IOException {
    return processes.find(marks(spec));
  }

  /** Whether somebody listens on the release's port. */
  boolean isPortTaken(Spec spec) {
    return spec.port().filter(Launcher::accepts).isPresent();
  }

  /**
   * Starts the release in a session of its own, so that it outlives this worker. A process that
   * ends in its first moments is a failure.
   */
  Answer<ProcessIdentity> start(Spec spec) throws IOException, InterruptedException {
    Optional<List<String>> command = command(spec);
    if (command.isEmpty()) {
      String name = spec.command().getFirst();
      return no(ReasonCode.TOOL_MISSING, spec, name + " is not installed", "install " + name);
    }
    folder.turnLog();
    return switch (programs.start(detached(spec, command.get()))) {
      case Answer.No<Process> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Process> ok -> started(ok.value(), spec);
    };
  }

  private Answer<ProcessIdentity> started(Process process, Spec spec)
      throws IOException, InterruptedException {
    try {
      return livesOn(process, spec) ? identified(process, spec) : ended(process, spec);
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw e;
    }
  }

  /** The service's own process: what was started may be a wall around it. */
  private Answer<ProcessIdentity> identified(Process process, Spec spec)
      throws IOException, InterruptedException {
    Optional<ProcessIdentity> marked = processes.showsMarks() ? find(spec) : Optional.empty();
    Optional<ProcessIdentity> identity = marked.or(() -> processes.identify(process.pid()));
    return identity.isPresent() ? new Answer.Ok<>(identity.get()) : ended(process, spec);
  }

  /** Ends the process and everything that it started; first politely. */
  Answer<Boolean> end(Entry entry) throws IOException, InterruptedException {
    List<ProcessHandle> known = tree(entry);
    known.forEach(ProcessHandle::destroy);
    if (isGoneWithin(limits.grace(), entry, known)) {
      return new Answer.Ok<>(true);
    }
    tree(entry).forEach(ProcessHandle::destroyForcibly);
    if (isGoneWithin(limits.kill(), entry, known)) {
      return new Answer.Ok<>(true);
    }
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.TOOL_FAILED,
            "stop " + entry.spec().version() + " of " + target,
            "its process outlived SIGKILL by " + limits.kill().toSeconds() + " s",
            "end the process by hand"));
  }

  private List<ProcessHandle> tree(Entry entry) throws IOException {
    return processes.tree(entry.process(), marks(entry.spec()));
  }

  /**
   * Waits for what bears the marks and for what was known to: a process that ends loses its
   * environment before it closes its files, and with them the port that it listens on.
   */
  private boolean isGoneWithin(Duration time, Entry entry, List<ProcessHandle> known)
      throws IOException, InterruptedException {
    long end = nanoTime.getAsLong() + time.toNanos();
    List<ProcessHandle> left = left(entry, known);
    while (!left.isEmpty() && end - nanoTime.getAsLong() > 0) {
      awaitExit(left.getFirst());
      left = left(entry, known);
    }
    return left.isEmpty();
  }

  private List<ProcessHandle> left(Entry entry, List<ProcessHandle> known) throws IOException {
    return Stream.concat(tree(entry).stream(), known.stream().filter(processes::isAlive)).toList();
  }

  /** Returns early when the process ends; a zombie whose parent sleeps never seems to. */
  private static void awaitExit(ProcessHandle process) throws InterruptedException {
    try {
      process.onExit().get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // The caller looks again.
    }
  }

  private boolean livesOn(Process process, Spec spec) throws InterruptedException {
    long end = nanoTime.getAsLong() + limits.firstMoments().toNanos();
    while (end - nanoTime.getAsLong() > 0) {
      if (process.waitFor(GLANCE)) {
        return false;
      }
      if (isPortTaken(spec)) {
        return process.isAlive();
      }
    }
    return process.isAlive();
  }

  private Answer<ProcessIdentity> ended(Process process, Spec spec)
      throws IOException, InterruptedException {
    process.waitFor(limits.kill());
    Optional<String> said = log.verdict();
    return no(
        ReasonCode.UNHEALTHY,
        spec,
        "it ended at once with exit code "
            + process.exitValue()
            + said.map(line -> ": " + line).orElse(" and wrote nothing"),
        "read the service's log");
  }

  private Detached detached(Spec spec, List<String> command) throws IOException {
    Path release = folder.release(spec);
    Path home = folder.kept("home");
    Path temporary = folder.kept("tmp");
    Grants grants =
        Grants.NONE
            .reading(release)
            .writing(home)
            .in(new Grants.Network.Open())
            .running(Grants.Code.REPOSITORY);
    return new Detached(command, release, environment(spec, home), temporary, folder.log(), grants);
  }

  private Map<String, String> environment(Spec spec, Path home) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", home.toString());
    environment.putAll(spec.environment());
    spec.port().ifPresent(port -> environment.put("PORT", port.toString()));
    marks(spec).forEach(mark -> environment.put(before(mark), after(mark)));
    return environment;
  }

  /** What every process of the release has in its environment, and no other process. */
  private Set<String> marks(Spec spec) {
    return Set.of(
        "OPS_AGENT_RELEASE=" + target + ":" + spec.digest() + ":" + spec.taskId(),
        "OPS_AGENT_SERVICE=" + folder.path());
  }

  private static String before(String mark) {
    return mark.substring(0, mark.indexOf('='));
  }

  private static String after(String mark) {
    return mark.substring(mark.indexOf('=') + 1);
  }

  /** The command, a program of the release by its whole path; empty when it is not there. */
  private Optional<List<String>> command(Spec spec) {
    String name = spec.command().getFirst();
    if (!name.contains("/")) {
      return Optional.of(spec.command()).filter(command -> programs.available(name));
    }
    List<String> command = new ArrayList<>(spec.command());
    Path program = folder.release(spec).resolve(name);
    command.set(0, program.toString());
    return Optional.of(command).filter(it -> Files.isExecutable(program));
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private <T> Answer<T> no(ReasonCode code, Spec spec, String cause, String fix) {
    String action = "start " + spec.version() + " of " + target;
    return new Answer.No<>(Failure.of(code, action, cause, fix));
  }
}
