package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.PerTargetRuntime;
import dev.opsagent.outside.Programs;
import java.io.IOException;
import java.nio.file.Path;
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
public final class ProcessRuntime extends PerTargetRuntime<Service> {
  private final Path services;
  private final DependencyInstaller installer;
  private final UnaryOperator<String> mask;
  private final Programs programs;
  private final ProcessTable processes;
  private final Launcher.Limits limits;
  private final LongSupplier nanoTime;

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
    super("end what runs there and remove the file");
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
  public boolean replicates() {
    return true;
  }

  @Override
  protected <T> Answer<T> on(String target, Question<Service, T> question)
      throws IOException, InterruptedException {
    ServiceFolder folder = new ServiceFolder(services, target);
    ServiceLog log = new ServiceLog(folder.log(), mask);
    Launcher launcher = new Launcher(target, folder, log, processes, programs, limits, nanoTime);
    return question.of(
        new Service(target, folder, processes, launcher, new Preparation(folder, installer), log));
  }
}
