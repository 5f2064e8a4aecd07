package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Runs the services of the {@code local} environment as processes of this machine, one per target.
 * They are not children to be minded: they outlive the worker, and a later worker with the same
 * data folder finds them again.
 *
 * <p>The output of a service goes to a file that is put aside at its next start; within one start
 * its size is not limited.
 */
public final class ProcessRuntime implements ServiceRuntime {
  private final Path services;
  private final DependencyInstaller installer;
  private final String path;
  private final ProcessTable processes;
  private final Launcher.Limits limits;
  private final LongSupplier nanoTime;
  private final Map<String, ReentrantLock> targets = new ConcurrentHashMap<>();

  /**
   * @param data the worker's data folder
   * @param environment of this process; only its {@code PATH} is passed on
   * @param nanoTime monotonic time
   */
  public ProcessRuntime(
      Path data,
      Map<String, String> environment,
      DependencyInstaller installer,
      LongSupplier nanoTime) {
    this(
        data,
        environment.getOrDefault("PATH", "/usr/bin:/bin"),
        installer,
        new ProcessTable(Path.of("/proc")),
        Launcher.Limits.USUAL,
        nanoTime);
  }

  ProcessRuntime(
      Path data,
      String path,
      DependencyInstaller installer,
      ProcessTable processes,
      Launcher.Limits limits,
      LongSupplier nanoTime) {
    this.services = data.toAbsolutePath().normalize().resolve("services");
    this.installer = installer;
    this.path = path;
    this.processes = processes;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  @Override
  public String kind() {
    return "process";
  }

  @Override
  public Answer<Optional<Running>> running(String target) {
    return alone(target, "look up what runs for " + target, service(target)::running);
  }

  @Override
  public Answer<Running> deploy(String target, Release release) {
    String action = "deploy " + release.version() + " to " + target;
    return alone(target, action, () -> service(target).deploy(release));
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    return alone(target, "roll " + target + " back", () -> service(target).rollback(digest));
  }

  @Override
  public String log(String target) {
    try {
      return String.join("\n", new ServiceLog(new ServiceFolder(services, target).log()).tail());
    } catch (IOException e) {
      return "";
    }
  }

  private Service service(String target) {
    ServiceFolder folder = new ServiceFolder(services, target);
    Launcher launcher = new Launcher(target, folder, processes, path, limits, nanoTime);
    return new Service(target, folder, processes, launcher, new Preparation(folder, installer));
  }

  private <T> Answer<T> alone(String target, String action, Question<T> question) {
    ReentrantLock lock = targets.computeIfAbsent(target, name -> new ReentrantLock());
    try {
      lock.lockInterruptibly();
      try {
        return question.ask();
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.No<>(
          Failure.passing(ReasonCode.CANCELLED, action, "it was interrupted", ""));
    } catch (IOException e) {
      return new Answer.No<>(
          Failure.passing(
              ReasonCode.TOOL_FAILED,
              action,
              e.getClass().getSimpleName() + " " + e.getMessage(),
              "check the worker's data folder"));
    } catch (InvalidMessage e) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.EFFECT_IN_DOUBT,
              action,
              "its current.json cannot be read: " + e.getMessage(),
              "end what runs there and remove the file"));
    }
  }

  private interface Question<T> {
    Answer<T> ask() throws IOException, InterruptedException;
  }
}
