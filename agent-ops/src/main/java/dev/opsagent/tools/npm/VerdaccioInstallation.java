package dev.opsagent.tools.npm;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Verdaccio as npm installs it, kept in a cache folder and shared by everyone who starts it. */
final class VerdaccioInstallation {
  private static final String VERSION = "6.8.0";
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** The override keeps a dependency on the release that runs on Node.js 20. */
  private static final String MANIFEST =
      """
      {
        "name": "local-registry",
        "version": "1.0.0",
        "private": true,
        "dependencies": { "verdaccio": "%s" },
        "overrides": { "node-fetch": "2.7.0" }
      }
      """
          .formatted(VERSION);

  /** A file lock keeps other processes away, and answers threads of the same one with a fault. */
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private final Path cache;
  private final Programs programs;

  VerdaccioInstallation(Path cache, Programs programs) {
    this.cache = cache.toAbsolutePath();
    this.programs = programs;
  }

  /** The script that starts it, installed now when it is not there. */
  Answer<Path> script() {
    if (!programs.available("npm") || !programs.available("node")) {
      return no(ReasonCode.TOOL_MISSING, "npm and node are not installed", "install Node.js 20");
    }
    IN_THIS_PROCESS.lock();
    try {
      Files.createDirectories(cache);
      return lockedInstall();
    } catch (IOException e) {
      return no(
          ReasonCode.INTERNAL, String.valueOf(e.getMessage()), "see whether the disk is full");
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }

  private Answer<Path> lockedInstall() throws IOException {
    Path lock = cache.resolve("verdaccio.lock");
    try (FileChannel file =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = file.lock()) {
      Path installed = cache.resolve("verdaccio-" + VERSION);
      Path script = installed.resolve("node_modules/verdaccio/bin/verdaccio");
      return held.isValid() && Files.exists(script)
          ? new Answer.Ok<>(script)
          : install(installed).map(done -> script);
    }
  }

  /** Installs beside the final place and moves there, so that what is there is complete. */
  private Answer<Path> install(Path installed) throws IOException {
    Path fresh = Files.createTempDirectory(cache, "verdaccio-partial-");
    Files.writeString(fresh.resolve("package.json"), MANIFEST);
    List<String> arguments =
        List.of(
            "npm",
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--no-progress",
            "--logs-max=0",
            "--loglevel=error");
    Grants grants = Grants.NONE.writing(fresh).reaching(NpmOptions.REGISTRY);
    Answer<Finished> answer = programs.run(new Command(arguments, fresh, Map.of(), LIMIT, grants));
    return switch (answer) {
      case Answer.No<Finished>(Failure failure) -> new Answer.No<>(failure);
      case Answer.Ok<Finished>(Finished finished) when finished.exitCode() != 0 ->
          no(
              ReasonCode.TOOL_FAILED,
              "npm ended with exit code " + finished.exitCode(),
              "see whether npm reaches its registry");
      case Answer.Ok<Finished> ok -> new Answer.Ok<>(Files.move(fresh, installed));
    };
  }

  private static <T> Answer<T> no(ReasonCode code, String cause, String fix) {
    return new Answer.No<>(Failure.of(code, "install Verdaccio " + VERSION, cause, fix));
  }
}
