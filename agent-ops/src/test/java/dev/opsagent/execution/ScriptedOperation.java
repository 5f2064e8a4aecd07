package dev.opsagent.execution;

import dev.opsagent.authority.Effect;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An operation of three effects on a world in memory that outlives every crash: what was done is
 * kept by task and step, and each step behaves as it is told.
 */
final class ScriptedOperation implements Operation {
  enum Behaviour {
    WORKS,
    FAILS,
    FAILS_ONCE,
    /** Does it, and reports a failure. */
    DONE_BUT_FAILS,
    UNKNOWN,
    CONFLICTS,
    UNDO_FAILS,
    INCONCLUSIVE,
    DEGRADED
  }

  static final List<String> STEPS = List.of("one", "two", "three");

  /** Every effect and undo that happened, in order. */
  final List<String> effects = new ArrayList<>();

  final Set<String> standing = new HashSet<>();

  /** By step, or by task and step. */
  final Map<String, Behaviour> behaviour = new HashMap<>();

  private final Set<String> failedOnce = new HashSet<>();

  /** What every step says that it commits. */
  List<String> paths = List.of();

  /** Whether a check, "proof", comes after the effects. */
  boolean proved;

  /** Whether a check, "look", comes before the effects. */
  boolean looksFirst;

  /** What evidence must be about. */
  List<Subject> subjects = List.of();

  /** What resolving observes. */
  String observed = "1";

  /** Called right before an effect. */
  Runnable beforeEffect = () -> {};

  @Override
  public String name() {
    return "push";
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return Optional.empty();
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    return new Resolution.Resolved(Facts.of(Map.of("observed", observed)));
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return subjects;
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    List<PlannedStep> steps = new ArrayList<>();
    if (looksFirst) {
      steps.add(PlannedStep.check("look", "look before anything", Duration.ofSeconds(10), 3));
    }
    for (String name : STEPS) {
      Effect.Kind kind = name.equals("three") ? Effect.Kind.DEPLOYMENT : Effect.Kind.GIT_REFS;
      List<Effect> effects = List.of(new Effect(kind, name));
      steps.add(
          new PlannedStep(
              name,
              "do " + name,
              false,
              Reversibility.REVERSIBLE,
              effects,
              paths,
              Duration.ofSeconds(10),
              3));
    }
    if (proved) {
      steps.add(PlannedStep.check("proof", "check that it is good", Duration.ofSeconds(10), 3));
    }
    return Plan.of(observations, steps);
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    String key = task.taskId() + "/" + planned.name();
    return planned.effects().isEmpty() ? new Proof(key) : new Scripted(key, planned.name());
  }

  private Failure failure(boolean passing) {
    return new Failure(ReasonCode.TOOL_FAILED, "do it", "it did not work", "", passing);
  }

  /** A check that counts how often it was made. */
  private final class Proof implements Step {
    private final String key;

    Proof(String key) {
      this.key = key;
    }

    @Override
    public Probe probe(StepContext context) {
      return new Probe.Satisfied(Facts.of(Map.of(key, "looked at")));
    }

    @Override
    public Outcome apply(StepContext context) {
      beforeEffect.run();
      effects.add("check " + key);
      return switch (behaviour.getOrDefault("proof", Behaviour.WORKS)) {
        case INCONCLUSIVE ->
            new Outcome.Inconclusive(
                Failure.of(ReasonCode.INCONCLUSIVE, "check it", "nobody answers", ""));
        case DEGRADED ->
            new Outcome.Failed(Failure.of(ReasonCode.DEGRADED, "check it", "it is slower", ""));
        case WORKS, FAILS, FAILS_ONCE, DONE_BUT_FAILS, UNKNOWN, CONFLICTS, UNDO_FAILS ->
            new Outcome.Applied(Facts.NONE);
      };
    }

    @Override
    public Undo undo(StepContext context) {
      throw new AssertionError("a check is never undone");
    }
  }

  private final class Scripted implements Step {
    private final String key;
    private final Behaviour does;

    Scripted(String key, String name) {
      this.key = key;
      this.does = behaviour.getOrDefault(key, behaviour.getOrDefault(name, Behaviour.WORKS));
    }

    @Override
    public Optional<Guards.Peer> peer() {
      return Optional.of(new Guards.Peer("world", "here"));
    }

    @Override
    public Probe probe(StepContext context) {
      if (does == Behaviour.UNKNOWN) {
        return new Probe.Unknown(failure(false));
      }
      if (does == Behaviour.CONFLICTS) {
        return new Probe.Conflicting(failure(false));
      }
      return standing.contains(key)
          ? new Probe.Satisfied(Facts.of(Map.of(key, "done")), deliverables())
          : new Probe.Missing();
    }

    @Override
    public Outcome apply(StepContext context) {
      beforeEffect.run();
      context.fence().check();
      if (does == Behaviour.FAILS) {
        return new Outcome.Failed(failure(false));
      }
      if (does == Behaviour.FAILS_ONCE && failedOnce.add(key)) {
        return new Outcome.Failed(failure(true));
      }
      effects.add("do " + key);
      standing.add(key);
      return does == Behaviour.DONE_BUT_FAILS
          ? new Outcome.Failed(failure(true))
          : new Outcome.Applied(Facts.NONE);
    }

    @Override
    public Undo undo(StepContext context) {
      if (does == Behaviour.UNDO_FAILS) {
        return new Undo.UndoFailed(failure(false));
      }
      if (standing.remove(key)) {
        effects.add("undo " + key);
      }
      return new Undo.Undone();
    }

    private List<Deliverable> deliverables() {
      return key.endsWith("/three")
          ? List.of(new DeploymentStatus("process", key, key, Optional.empty(), true))
          : List.of();
    }
  }
}
