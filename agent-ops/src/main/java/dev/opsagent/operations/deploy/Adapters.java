package dev.opsagent.operations.deploy;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.MetricVerification;
import dev.opsagent.operations.Pace;
import dev.opsagent.operations.PerformanceStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Verification;
import dev.opsagent.outside.Deployments;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.Images;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.MetricQueries;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the operations of this room work through.
 *
 * @param environments those in force now
 * @param runtimes by kind
 * @param images of the engine that an environment has
 * @param registries by configured name
 * @param deployments what runs in other environments
 */
public record Adapters(
    Supplier<Environments> environments,
    Map<String, ServiceRuntime> runtimes,
    Function<String, Images> images,
    Map<String, PackageRegistry> registries,
    Repository repository,
    HealthProbe probe,
    Deployments deployments,
    MetricQueries metrics,
    Workspaces workspaces,
    Pace pace) {
  public Adapters {
    runtimes = Map.copyOf(runtimes);
    registries = Map.copyOf(registries);
  }

  /** The same, in a folder of its own of each task's workspace. */
  Adapters in(String folder) {
    return new Adapters(
        environments,
        runtimes,
        images,
        registries,
        repository,
        probe,
        deployments,
        metrics,
        new Below(workspaces, folder),
        pace);
  }

  private record Below(Workspaces whole, String folder) implements Workspaces {
    @Override
    public Path of(String taskId) {
      return whole.of(taskId).resolve(folder);
    }

    @Override
    public void delete(String taskId) {
      whole.delete(taskId);
    }
  }

  Optional<ServiceRuntime> find(String runtime) {
    return Optional.ofNullable(runtimes.get(runtime));
  }

  Service service(String runtime, Optional<Integer> port) {
    return new Service(
        find(runtime).orElseThrow(() -> new IllegalStateException("no runtime " + runtime)), port);
  }

  /** How the service of the plan proves that it serves. */
  Verification verification(StepContext context) {
    return new Verification(probe, Sight.of(context.facts()).terms().health(), pace);
  }

  /** How metrics judge the release of the plan; empty when nothing is asked of them. */
  Optional<MetricVerification> metrics(StepContext context) {
    Sight.Terms terms = Sight.of(context.facts()).terms();
    List<MetricCheck> checks = terms.health().checks();
    return checks.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new MetricVerification(metrics, terms.prometheus().orElseThrow(), checks, pace));
  }

  /**
   * What measures how the service of the plan answers; only planned where it says at which page.
   */
  PerformanceStep performance(Service service, Sight seen) {
    return new PerformanceStep(service, probe, seen.terms().health().http(), pace);
  }

  /** Where the task's service runs. */
  Optional<Environment> environment(TaskDispatch task) {
    return environments.get().find(task.target().environment());
  }
}
