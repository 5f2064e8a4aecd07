package dev.opsagent.operations.configure;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code environment.configure}: changes keys of one file of settings in a repository, and pushes
 * that as a commit. Where the file holds what is wanted already, nothing is committed.
 */
public final class ConfigureOperation implements Operation {
  static final String NAME = "environment.configure";

  private final Source source;
  private final OwnershipMap owners;
  private final Supplier<Environments> environments;
  private final InstantSource clock;

  /**
   * @param owners the map that says which files may be changed
   * @param environments those in force now
   */
  public ConfigureOperation(
      Repository repository,
      Workspaces workspaces,
      OwnershipMap owners,
      Supplier<Environments> environments,
      InstantSource clock) {
    this.source = new Source(repository, workspaces);
    this.owners = owners;
    this.environments = environments;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return new ConfigureRefusal(owners, served()).of(task);
  }

  private Set<String> served() {
    return environments.get().names();
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    ConfigureResolver resolver =
        new ConfigureResolver(source, owners, served(), ConfigureParameters.of(task), clock);
    try {
      return new Resolution.Resolved(resolver.observe(context).facts());
    } catch (Stopped | IOException | UncheckedIOException e) {
      return new Resolution.Unresolved(GuardedStep.failure("look up the settings", e));
    }
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return Sight.of(observations).subjects();
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    return Plan.of(Sight.decisive(observations), Steps.of(Sight.of(observations)));
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    Optional<Peer> peer = task.repository().map(it -> new Peer("git", it.url()));
    return new GuardedStep(planned.description(), peer, step(planned.name(), task));
  }

  private FallibleStep step(String name, TaskDispatch task) {
    return switch (name) {
      case Steps.COMPARE -> new CompareStep(source);
      case Steps.COMMIT -> new CommitStep(source, owners, ConfigureParameters.of(task));
      case Steps.PUSH -> new PushStep(source);
      default -> throw new IllegalArgumentException("a change of settings has no step " + name);
    };
  }
}
