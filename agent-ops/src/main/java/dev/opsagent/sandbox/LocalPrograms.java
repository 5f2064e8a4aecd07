package dev.opsagent.sandbox;

import dev.opsagent.execution.ProgramRuns;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Grants.Code;
import dev.opsagent.outside.Programs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.Wall.Launch;
import dev.opsagent.sandbox.Wall.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs programs as children of this process behind a wall, each in a session of its own, with a
 * home and a temporary folder that live as long as the call.
 */
public final class LocalPrograms implements Programs {
  /** Bytes shown of the beginning, and as many of the end, of each output stream. */
  static final int SHOWN = 32 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(LocalPrograms.class);
  private static final String MARK = "OPS_AGENT_RUN";
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(5);

  /** Characters of a call that the audit shows. */
  private static final int LINE = 200;

  private final Path scratch;
  private final SearchPath searchPath;
  private final Redactor redactor;
  private final Wall wall;
  private final Wall noWall;

  /**
   * @param scratch folder for the private homes; made when it is not there
   * @param searchPath where programs are looked for, in the form of {@code PATH}; entries that are
   *     not absolute are left out
   * @param redactor hides secrets in what programs print
   * @param level the wall's title, or {@code auto} for the strongest that this machine has; where
   *     there is none of that level, nothing is ever started
   */
  public LocalPrograms(Path scratch, String searchPath, Redactor redactor, String level) {
    this.scratch = scratch.toAbsolutePath();
    this.searchPath = SearchPath.parse(searchPath);
    this.redactor = redactor;
    this.wall = new Walls(this.searchPath, this.scratch).choose(level);
    this.noWall = new OpenWall(this.searchPath);
  }

  /** The wall's level, and what it leaves open. */
  public WallLevel.Report wall() {
    return wall.report();
  }

  /** Why nothing can be started, if so. */
  public Optional<Failure> fault() {
    return wall.fault();
  }

  @Override
  public boolean available(String program) {
    return searchPath.find(program).isPresent();
  }

  @Override
  public Answer<Finished> run(Command command) {
    return run(command, BoundedOutput.shown(SHOWN, redactor));
  }

  /**
   * Runs a program to its end whose output is a secret: it is given to the caller alone. It has
   * failed unless it ended with 0.
   *
   * @param most bytes that it may print
   */
  public Answer<String> secret(Command command, int most) {
    BoundedOutput printed = BoundedOutput.asItIs(most);
    return run(command, printed)
        .then(finished -> {
          String name = command.arguments().getFirst();
          if (finished.exitCode() != 0) {
            return failed(name, "it ended with exit code " + finished.exitCode());
          }
          return printed.isWhole()
              ? new Answer.Ok<>(finished.stdout())
              : failed(name, "it printed more than " + most + " bytes");
        });
  }

  private Answer<Finished> run(Command command, BoundedOutput stdout) {
    String name = command.arguments().isEmpty() ? "" : command.arguments().getFirst();
    SearchPath path = searchPath.outside(command.directory());
    Optional<Path> program = path.find(name);
    if (program.isEmpty()) {
      return missing(name);
    }
    Optional<Failure> refusal =
        refusal(command.arguments(), command.environment(), command.grants());
    if (refusal.isPresent()) {
      return new Answer.No<>(refusal.get());
    }
    try (PrivateHome home = PrivateHome.below(scratch)) {
      return run(command, launch(command, program.get(), path, home), stdout);
    } catch (IOException e) {
      return failed(name, "it could not start: " + redactor.text(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public Answer<Process> start(Detached detached) {
    String name = detached.arguments().isEmpty() ? "" : detached.arguments().getFirst();
    SearchPath path = searchPath.outside(detached.directory());
    Optional<Path> program = path.find(name);
    if (program.isEmpty()) {
      return missing(name);
    }
    Optional<Failure> refusal =
        refusal(detached.arguments(), detached.environment(), detached.grants());
    if (refusal.isPresent()) {
      return new Answer.No<>(refusal.get());
    }
    try {
      Running running = wallFor(detached.grants()).start(launch(detached, program.get(), path));
      ProgramRuns.tell(line(detached.arguments()), "left running", Duration.ZERO);
      return new Answer.Ok<>(running.process());
    } catch (IOException e) {
      return failed(name, "it could not start: " + redactor.text(String.valueOf(e.getMessage())));
    }
  }

  private Optional<Failure> refusal(
      List<String> arguments, Map<String, String> environment, Grants grants) {
    String action = "run " + redactor.text(arguments.getFirst());
    if (grants.code() != Code.DESKTOP && wall.fault().isPresent()) {
      return wall.fault();
    }
    if (Stream.concat(grants.writable().stream(), grants.readable().stream())
        .anyMatch(scratch::startsWith)) {
      return Optional.of(
          Failure.of(ReasonCode.INTERNAL, action, "a grant holds other programs' folders", ""));
    }
    if (!Verbs.allow(arguments)) {
      return Optional.of(
          Failure.of(ReasonCode.INTERNAL, action, "it is not to be called like this", ""));
    }
    Optional<String> shown = secretIn(arguments);
    if (shown.isPresent()) {
      String cause = "an argument would hold the secret " + shown.get();
      return Optional.of(Failure.of(ReasonCode.INTERNAL, action, cause, ""));
    }
    return grants.code() == Code.REPOSITORY && secretIn(environment.values()).isPresent()
        ? Optional.of(
            Failure.of(
                ReasonCode.INTERNAL, action, "code of a repository would see a credential", ""))
        : Optional.empty();
  }

  /** Every account of the machine can read arguments. */
  private Optional<String> secretIn(Collection<String> texts) {
    return texts.stream().flatMap(text -> redactor.known(text).stream()).findFirst();
  }

  private Wall wallFor(Grants grants) {
    return grants.code() == Code.DESKTOP ? noWall : wall;
  }

  private Map<String, String> environment(SearchPath path, Path home, Path temporary) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", path.toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("HOME", home.toString());
    environment.put("TMPDIR", temporary.toString());
    return environment;
  }

  private Launch launch(Command command, Path program, SearchPath path, PrivateHome home) {
    Map<String, String> environment = environment(path, home.home(), home.temporary());
    environment.putAll(command.environment());
    environment.put(MARK, UUID.randomUUID().toString());
    return new Launch(
        program,
        command.arguments().subList(1, command.arguments().size()),
        command.directory().toAbsolutePath(),
        environment,
        path.folders(),
        home.temporary(),
        home.aside(),
        command.grants().writing(home.home(), home.temporary()),
        Optional.empty());
  }

  private Launch launch(Detached detached, Path program, SearchPath path) {
    Map<String, String> environment = environment(path, detached.directory(), detached.temporary());
    environment.putAll(detached.environment());
    return new Launch(
        program,
        detached.arguments().subList(1, detached.arguments().size()),
        detached.directory().toAbsolutePath(),
        environment,
        path.folders(),
        detached.temporary(),
        scratch,
        detached.grants().writing(detached.temporary()),
        Optional.of(detached.output()));
  }

  private Answer<Finished> run(Command command, Launch launch, BoundedOutput stdout)
      throws IOException {
    long began = System.nanoTime();
    Running running = wallFor(command.grants()).start(launch);
    try {
      return follow(command, launch, running.process(), stdout, began);
    } finally {
      running.afterwards().run();
    }
  }

  private Answer<Finished> follow(
      Command command, Launch launch, Process process, BoundedOutput stdout, long began) {
    String name = command.arguments().getFirst();
    BoundedOutput stderr = BoundedOutput.shown(SHOWN, redactor);
    ProcessTree tree = new ProcessTree(process, MARK + "=" + launch.environment().get(MARK));
    Thread out = Thread.startVirtualThread(() -> stdout.readFrom(process.getInputStream()));
    Thread err = Thread.startVirtualThread(() -> stderr.readFrom(process.getErrorStream()));
    boolean inTime;
    boolean ended;
    String ending = "cut off";
    try {
      inTime = process.waitFor(command.timeout().toNanos(), TimeUnit.NANOSECONDS);
      ended = tree.end();
      out.join(LAST_OUTPUT);
      err.join(LAST_OUTPUT);
      ending = inTime ? "exit code " + process.exitValue() : "killed, since it took too long,";
    } catch (InterruptedException e) {
      tree.end();
      Thread.currentThread().interrupt();
      return interrupted(name);
    } finally {
      ProgramRuns.tell(line(command.arguments()), ending, since(began));
    }
    if (!inTime) {
      return tooLong(name, command.timeout());
    }
    if (!ended) {
      return failed(name, "it left processes behind that do not end");
    }
    Finished finished =
        new Finished(process.exitValue(), stdout.text(), stderr.text(), since(began));
    tellMasked(command, stdout.found());
    tellMasked(command, stderr.found());
    return new Answer.Ok<>(finished);
  }

  private void tellMasked(Command command, Map<String, Integer> found) {
    Set<String> leaked = redactor.known(found);
    command.environment().values().forEach(value -> leaked.removeAll(redactor.known(value)));
    ProgramRuns.tellMasked("the output of " + line(command.arguments()), found, leaked);
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** The call as people read it, with its secrets masked before it is cut. */
  private String line(List<String> arguments) {
    String line = redactor.text(String.join(" ", arguments)).replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LINE ? line : line.substring(0, LINE) + "…";
  }

  private <T> Answer<T> missing(String name) {
    boolean relative = name.indexOf('/') >= 0 && !name.startsWith("/");
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TOOL_MISSING,
            "run " + redactor.text(name),
            relative
                ? "a program is named by its bare name or its absolute path"
                : "it is not installed",
            relative ? "" : "install it, or add its folder to PATH"));
  }

  private <T> Answer<T> failed(String name, String cause) {
    return new Answer.No<>(
        Failure.of(ReasonCode.TOOL_FAILED, "run " + redactor.text(name), cause, ""));
  }

  private Answer<Finished> tooLong(String name, Duration limit) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TIMEOUT,
            "run " + redactor.text(name),
            "it did not end within " + limit.toMillis() + " ms and was killed",
            "find out what it waits for, or allow it more time"));
  }

  private Answer<Finished> interrupted(String name) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CANCELLED,
            "run " + redactor.text(name),
            "the task was cancelled, and the program killed",
            ""));
  }

  /** A home and a temporary folder that nobody else reads and that vanish with the call. */
  private record PrivateHome(Path folder) implements AutoCloseable {
    static PrivateHome below(Path scratch) throws IOException {
      Files.createDirectories(scratch);
      PrivateHome made = new PrivateHome(Files.createTempDirectory(scratch, "run-"));
      Files.createDirectory(made.home());
      Files.createDirectory(made.temporary());
      Files.createDirectory(made.aside());
      return made;
    }

    Path home() {
      return folder.resolve("home");
    }

    Path temporary() {
      return folder.resolve("tmp");
    }

    /** Out of the program's reach. */
    Path aside() {
      return folder.resolve("aside");
    }

    /** A folder that stays costs disk, not correctness: the program's result still counts. */
    @Override
    public void close() {
      try {
        FolderRemoval.remove(folder);
      } catch (IOException e) {
        LOG.warn("remove {} after its program ended", folder, e);
      }
    }
  }
}
