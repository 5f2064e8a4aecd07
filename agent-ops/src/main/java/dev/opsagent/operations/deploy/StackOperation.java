package dev.opsagent.operations.deploy;

import dev.opsagent.authority.Effect;
import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.deploy.JointStep.Part;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code deploy} of one service, or of several that belong together. The latter is made of what
 * deploys each of them alone: what is looked up and fetched, for all before anything changes; then
 * wave by wave, each deployed and verified before those that come after it.
 */
public final class StackOperation implements Operation {
  private final DeployOperation alone;
  private final StackRefusal refusal;
  private final Adapters adapters;

  public StackOperation(Adapters adapters) {
    this.adapters = adapters;
    this.alone = new DeployOperation(adapters);
    this.refusal = new StackRefusal(alone, new Acceptance(alone.name(), adapters));
  }

  @Override
  public String name() {
    return alone.name();
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    try {
      Optional<Stack> stack = Stack.of(task);
      return stack.isPresent()
          ? refusal.of(stack.get())
          : StackRefusal.ofAlone(DeployParameters.of(task)).or(() -> alone.refuse(task));
    } catch (InvalidMessage e) {
      return Refusals.invalid("parameters", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    Optional<Stack> stack = Stack.of(task);
    Optional<Failure> other = context.deployed().flatMap(it -> otherwise(it, stack.isPresent()));
    if (other.isPresent()) {
      return new Resolution.Unresolved(other.get());
    }
    return stack.isPresent() ? resolve(stack.get(), context) : alone.resolve(task, context);
  }

  /** A stack and a service of the same name would both run, and only one be known of. */
  private static Optional<Failure> otherwise(DeploymentRecord known, boolean stack) {
    boolean other = stack ? known.running().isPresent() : !known.runningServices().isEmpty();
    return other
        ? Optional.of(
            Failure.of(
                ReasonCode.CONFLICT,
                "deploy to " + known.target(),
                stack
                    ? "it runs as one service"
                    : "it runs as a stack of " + known.runningServices(),
                "stop what runs there first, or deploy to another target"))
        : Optional.empty();
  }

  private Resolution resolve(Stack stack, StepContext context) {
    List<List<String>> waves = stack.waves();
    List<String> names = waves.stream().flatMap(List::stream).toList();
    List<Resolution> found =
        new Abreast(stack.parallel())
            .each(
                names,
                name -> {
                  TaskDispatch part = stack.part(name);
                  return alone(name).resolve(part, Stack.part(context, name, part));
                });
    Facts all = Facts.NONE;
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      switch (found.get(i)) {
        case Resolution.Unresolved no -> {
          return no;
        }
        case Resolution.Resolved(Facts facts) when Sight.of(facts).isCanary() -> {
          return new Resolution.Unresolved(canary(stack, name));
        }
        case Resolution.Resolved(Facts facts) ->
            all = all.with(Stack.found(name, facts, suffix(waves, name)));
      }
    }
    return new Resolution.Resolved(all);
  }

  /** Checked at intake already, and the file of environments may have changed since. */
  private static Failure canary(Stack stack, String name) {
    return Failure.of(
        ReasonCode.PRECONDITION_FAILED,
        "deploy to " + stack.task().target().part(name),
        "the environment asks for a canary now, which is for one service alone",
        "see the file of environments");
  }

  private static String suffix(List<List<String>> waves, String name) {
    int wave = 1;
    while (!waves.get(wave - 1).contains(name)) {
      wave++;
    }
    return "." + wave;
  }

  /** What deploys the service alone, in a folder of its own. */
  private Operation alone(String service) {
    return new DeployOperation(adapters.in(service));
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return Stack.of(task).isEmpty()
        ? alone.subjects(task, observations)
        : observations.services().stream()
            .flatMap(name -> Sight.of(observations.of(name)).subjects(task).stream())
            .distinct()
            .toList();
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    Optional<Stack> stack = Stack.of(task);
    return stack.isPresent() ? plan(stack.get(), observations) : alone.plan(task, observations);
  }

  private Plan plan(Stack stack, Facts observations) {
    List<List<String>> waves = stack.waves();
    Map<String, Plan> plans =
        waves.stream()
            .flatMap(List::stream)
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    name -> alone(name).plan(stack.part(name), observations.of(name)),
                    (one, _) -> one,
                    java.util.LinkedHashMap::new));
    List<PlannedStep> steps = new ArrayList<>();
    steps.addAll(joined(plans, Place.BEFORE, "", stack.parallel()));
    for (int i = 0; i < waves.size(); i++) {
      Map<String, Plan> wave = new TreeMap<>(plans);
      wave.keySet().retainAll(waves.get(i));
      steps.addAll(joined(wave, Place.WITHIN, "." + (i + 1), stack.parallel()));
    }
    steps.addAll(joined(plans, Place.LAST, "", stack.parallel()));
    return Plan.of(observations, steps);
  }

  /** When a step of a service is run. */
  private enum Place {
    /** For all services, before anything changes. */
    BEFORE,
    /** With the service's wave. */
    WITHIN,
    /** For all services, once each serves. */
    LAST
  }

  private static Map<String, Place> places(Plan plan) {
    Map<String, Place> places = new java.util.LinkedHashMap<>();
    Place place = Place.BEFORE;
    for (PlannedStep step : plan.steps()) {
      place = step.name().equals(Steps.DEPLOY) ? Place.WITHIN : place;
      places.put(step.name(), step.name().equals(Steps.RETIRE) ? Place.LAST : place);
    }
    return places;
  }

  private static List<PlannedStep> joined(
      Map<String, Plan> plans, Place place, String suffix, int parallel) {
    Set<String> names = new LinkedHashSet<>();
    plans
        .values()
        .forEach(plan ->
            places(plan)
                .forEach((name, at) -> {
                  if (at == place) {
                    names.add(name);
                  }
                }));
    return names.stream().map(name -> joined(name, suffix, plans, parallel)).toList();
  }

  /** The steps of one name of several plans, as one. */
  static PlannedStep joined(String name, String suffix, Map<String, Plan> plans, int parallel) {
    List<PlannedStep> parts =
        plans.values().stream().flatMap(plan -> named(plan, name).stream()).toList();
    int rounds = Math.ceilDiv(parts.size(), parallel);
    Duration longest =
        parts.stream().map(PlannedStep::timeout).max(Comparator.naturalOrder()).orElseThrow();
    List<Effect> effects = parts.stream().flatMap(it -> it.effects().stream()).toList();
    return new PlannedStep(
        name + suffix,
        parts.stream().map(PlannedStep::description).collect(Collectors.joining("; ")),
        parts.stream().anyMatch(PlannedStep::workspace),
        parts.stream()
            .map(PlannedStep::reversibility)
            .max(Comparator.naturalOrder())
            .orElse(Reversibility.IRREVERSIBLE),
        effects,
        parts.stream().flatMap(it -> it.paths().stream()).toList(),
        longest.multipliedBy(rounds),
        parts.stream().mapToInt(PlannedStep::attempts).max().orElseThrow());
  }

  private static Optional<PlannedStep> named(Plan plan, String name) {
    return plan.steps().stream().filter(it -> it.name().equals(name)).findFirst();
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return Stack.of(task)
        .<Step>map(stack -> step(planned, stack))
        .orElseGet(() -> alone.step(planned, task));
  }

  private Step step(PlannedStep planned, Stack stack) {
    int dot = planned.name().indexOf('.');
    String name = dot < 0 ? planned.name() : planned.name().substring(0, dot);
    List<List<String>> waves = stack.waves();
    List<String> services =
        dot < 0
            ? waves.stream().flatMap(List::stream).toList()
            : waves.get(Integer.parseInt(planned.name().substring(dot + 1)) - 1);
    return new JointStep(
        peer(planned, name, stack, services.getFirst()),
        context ->
            services.stream()
                .flatMap(service -> part(name, stack, service, context).stream())
                .toList(),
        new Abreast(stack.parallel()));
  }

  /** One for the whole stack, by what runs its first service. */
  private Optional<Peer> peer(PlannedStep planned, String name, Stack stack, String first) {
    PlannedStep step =
        PlannedStep.check(name, planned.description(), planned.timeout(), planned.attempts());
    return alone(first)
        .step(step, stack.part(first))
        .peer()
        .map(it -> new Peer(it.tool(), stack.task().target().key()));
  }

  /** Not every service has every step; its own plan says so. */
  private Optional<Part> part(String name, Stack stack, String service, StepContext context) {
    TaskDispatch task = stack.part(service);
    StepContext own = Stack.part(context, service, task);
    return named(alone(service).plan(task, own.facts()), name)
        .map(planned -> new Part(service, planned, alone(service).step(planned, task), own));
  }
}
