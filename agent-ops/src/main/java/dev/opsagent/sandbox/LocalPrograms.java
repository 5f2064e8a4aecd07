package dev.opsagent.sandbox;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Programs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs programs as children of this process, each in a session of its own, with a home and a
 * temporary folder that live as long as the call.
 */
public final class LocalPrograms implements Programs {
  /** Bytes shown of the beginning, and as many of the end, of each output stream. */
  static final int SHOWN = 32 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(LocalPrograms.class);
  private static final String MARK = "OPS_AGENT_RUN";
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(5);

  private final Path scratch;
  private final SearchPath searchPath;
  private final SecretMask mask;

  /**
   * @param scratch folder for the private homes; made when it is not there
   * @param searchPath where programs are looked for, in the form of {@code PATH}; entries that are
   *     not absolute are left out
   * @param mask hides secrets in what programs print
   */
  public LocalPrograms(Path scratch, String searchPath, SecretMask mask) {
    this.scratch = scratch.toAbsolutePath();
    this.searchPath = SearchPath.parse(searchPath);
    this.mask = mask;
  }

  @Override
  public boolean available(String program) {
    return searchPath.find(program).isPresent();
  }

  @Override
  public Answer<Finished> run(Command command) {
    String name = command.arguments().isEmpty() ? "" : command.arguments().getFirst();
    SearchPath path = searchPath.outside(command.directory());
    Optional<Path> program = path.find(name);
    if (program.isEmpty()) {
      return missing(name);
    }
    try (PrivateHome home = PrivateHome.below(scratch)) {
      return run(command, builder(command, program.get(), path, home));
    } catch (IOException e) {
      return failed(name, "it could not start: " + mask.mask(String.valueOf(e.getMessage())));
    }
  }

  private ProcessBuilder builder(Command command, Path program, SearchPath path, PrivateHome home) {
    List<String> arguments = new ArrayList<>();
    // A session of its own: what detaches from its parent is still found by it.
    searchPath.find("setsid").ifPresent(setsid -> arguments.add(setsid.toString()));
    arguments.add(program.toString());
    arguments.addAll(command.arguments().subList(1, command.arguments().size()));
    ProcessBuilder builder = new ProcessBuilder(arguments).directory(command.directory().toFile());
    builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().clear();
    builder.environment().put("PATH", path.toString());
    builder.environment().put("LANG", "C.UTF-8");
    builder.environment().put("HOME", home.home().toString());
    builder.environment().put("TMPDIR", home.temporary().toString());
    builder.environment().putAll(command.environment());
    builder.environment().put(MARK, UUID.randomUUID().toString());
    return builder;
  }

  private Answer<Finished> run(Command command, ProcessBuilder builder) throws IOException {
    String name = command.arguments().getFirst();
    int margin = mask.longest();
    BoundedOutput stdout = new BoundedOutput(SHOWN, margin);
    BoundedOutput stderr = new BoundedOutput(SHOWN, margin);
    Process process = builder.start();
    ProcessTree tree =
        new ProcessTree(process.toHandle(), MARK + "=" + builder.environment().get(MARK));
    Thread out = Thread.startVirtualThread(() -> stdout.readFrom(process.getInputStream()));
    Thread err = Thread.startVirtualThread(() -> stderr.readFrom(process.getErrorStream()));
    boolean inTime;
    boolean ended;
    try {
      inTime = process.waitFor(command.timeout().toNanos(), TimeUnit.NANOSECONDS);
      ended = tree.end();
      out.join(LAST_OUTPUT);
      err.join(LAST_OUTPUT);
    } catch (InterruptedException e) {
      tree.end();
      Thread.currentThread().interrupt();
      return interrupted(name);
    }
    if (!inTime) {
      return tooLong(name, command.timeout());
    }
    if (!ended) {
      return failed(name, "it left processes behind that do not end");
    }
    return new Answer.Ok<>(new Finished(process.exitValue(), stdout.text(mask), stderr.text(mask)));
  }

  private Answer<Finished> missing(String name) {
    boolean relative = name.indexOf('/') >= 0 && !name.startsWith("/");
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TOOL_MISSING,
            "run " + mask.mask(name),
            relative
                ? "a program is named by its bare name or its absolute path"
                : "it is not installed",
            relative ? "" : "install it, or add its folder to PATH"));
  }

  private Answer<Finished> failed(String name, String cause) {
    return new Answer.No<>(Failure.of(ReasonCode.TOOL_FAILED, "run " + mask.mask(name), cause, ""));
  }

  private Answer<Finished> tooLong(String name, Duration limit) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TIMEOUT,
            "run " + mask.mask(name),
            "it did not end within " + limit.toMillis() + " ms and was killed",
            "find out what it waits for, or allow it more time"));
  }

  private Answer<Finished> interrupted(String name) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CANCELLED,
            "run " + mask.mask(name),
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
      return made;
    }

    Path home() {
      return folder.resolve("home");
    }

    Path temporary() {
      return folder.resolve("tmp");
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
