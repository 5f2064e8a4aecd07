package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.OneAtATime;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

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
  private final UnaryOperator<String> mask;
  private final Programs programs;
  private final ProcessTable processes;
  private final Launcher.Limits limits;
  private final LongSupplier nanoTime;
  private final OneAtATime questions = new OneAtATime("end what runs there and remove the file");

  /**
   * @param programs starts the services
   * @param data the worker's data folder
   * @param mask hides secrets in what services wrote
   * @param nanoTime monotonic time
   */
  public ProcessRuntime(
      Programs programs,
      Path data,
      DependencyInstaller installer,
      UnaryOperator<String> mask,
      LongSupplier nanoTime) {
    this(
        programs,
        data,
        installer,
        mask,
        new ProcessTable(Path.of("/proc")),
        Launcher.Limits.USUAL,
        nanoTime);
  }

  ProcessRuntime(
      Programs programs,
      Path data,
      DependencyInstaller installer,
      UnaryOperator<String> mask,
      ProcessTable processes,
      Launcher.Limits limits,
      LongSupplier nanoTime) {
    this.services = data.toAbsolutePath().normalize().resolve("services");
    this.installer = installer;
    this.mask = mask;
    this.programs = programs;
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
    return questions.ask(target, "look up what runs for " + target, service(target)::running);
  }

  @Override
  public Answer<Running> deploy(String target, Release release) {
    String action = "deploy " + release.version() + " to " + target;
    return questions.ask(target, action, () -> service(target).deploy(release));
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    return questions.ask(
        target, "roll " + target + " back", () -> service(target).rollback(digest));
  }

  @Override
  public Answer<Boolean> stop(String target) {
    return questions.ask(target, "stop " + target, service(target)::stop);
  }

  @Override
  public Answer<Running> restart(String target, String taskId) {
    return questions.ask(target, "restart " + target, () -> service(target).restart(taskId));
  }

  @Override
  public String log(String target) {
    try {
      return String.join("\n", log(new ServiceFolder(services, target)).tail());
    } catch (IOException e) {
      return "";
    }
  }

  private ServiceLog log(ServiceFolder folder) {
    return new ServiceLog(folder.log(), mask);
  }

  private Service service(String target) {
    ServiceFolder folder = new ServiceFolder(services, target);
    Launcher launcher =
        new Launcher(target, folder, log(folder), processes, programs, limits, nanoTime);
    return new Service(target, folder, processes, launcher, new Preparation(folder, installer));
  }
}
