package dev.opsagent.operations.image;

import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.BuildTimeStep;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Pace;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.outside.ImageRegistry;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@code image.build}: makes a container image of a commit, brings it to a registry if asked, and
 * reads it back by its digest. What the same inputs have made before is not built again.
 */
public final class BuildOperation implements Operation {
  static final String NAME = "image.build";

  private final Function<String, Workshop> workshops;
  private final Supplier<Environments> environments;

  /**
   * @param builder by environment
   * @param registry by environment
   * @param environments those in force now
   */
  public BuildOperation(
      Repository repository,
      Function<String, ImageBuilder> builder,
      Function<String, ImageRegistry> registry,
      Workspaces workspaces,
      Supplier<Environments> environments,
      Pace pace) {
    this.workshops =
        it -> new Workshop(repository, builder.apply(it), registry.apply(it), workspaces, pace);
    this.environments = environments;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return new ImageRefusal(this::isLocal).of(task);
  }

  private boolean isLocal(TaskDispatch task) {
    return environments
        .get()
        .find(task.target().environment())
        .filter(it -> it.kind() == Environment.Kind.LOCAL)
        .isPresent();
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    ImageParameters parameters = ImageParameters.of(task);
    try {
      BuildResolver resolver = new BuildResolver(workshop(task), parameters, isLocal(task));
      return new Resolution.Resolved(resolver.observe(task).facts());
    } catch (Stopped stopped) {
      return new Resolution.Unresolved(stopped.failure());
    }
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return Sight.of(observations).subjects();
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    return Plan.of(observations, Steps.of(task, ImageParameters.of(task), Sight.of(observations)));
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    ImageParameters parameters = ImageParameters.of(task);
    return new GuardedStep(
        planned.description(),
        peer(planned.name(), task, parameters),
        step(planned.name(), workshop(task), parameters));
  }

  private Workshop workshop(TaskDispatch task) {
    return workshops.apply(task.target().environment());
  }

  private static Optional<Peer> peer(String step, TaskDispatch task, ImageParameters parameters) {
    return switch (step) {
      case Steps.CONTEXT ->
          task.repository().map(RepositoryRef::url).map(url -> new Peer("git", url));
      case Steps.BUILD -> Optional.of(new Peer("docker", task.target().key()));
      case Steps.PUSH -> Optional.of(new Peer("registry", parameters.image()));
      default -> Optional.empty();
    };
  }

  private static FallibleStep step(String name, Workshop workshop, ImageParameters parameters) {
    return switch (name) {
      case Steps.CONTEXT -> new ContextStep(workshop, parameters);
      case Steps.BUILD -> new BuildStep(workshop, parameters);
      case BuildTimeStep.NAME -> new BuildTimeStep(List.of(Steps.BUILD));
      case Steps.PUSH -> new PushStep(workshop, parameters);
      case Steps.VERIFY -> new VerifyStep(workshop, parameters);
      default -> throw new IllegalArgumentException("a build has no step " + name);
    };
  }
}
