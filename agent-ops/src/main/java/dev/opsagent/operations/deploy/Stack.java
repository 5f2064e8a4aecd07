package dev.opsagent.operations.deploy;

import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * The services that a task deploys together, in the order in which they depend on each other.
 *
 * @param services by name, so that the order of equal tasks is the same
 * @param parallel how many are worked on at once
 */
record Stack(TaskDispatch task, SortedMap<String, DeployParameters> services, int parallel) {
  static final String SERVICES = "services";
  private static final String AFTER = "after";

  /** The stack of the task; empty when its target is one service. */
  static Optional<Stack> of(TaskDispatch task) {
    DeployParameters parameters = DeployParameters.of(task);
    return parameters
        .services()
        .map(services -> new Stack(task, new TreeMap<>(services), parameters.parallel()));
  }

  /**
   * Who is brought up together: as many as may be, none before what it comes after. Where services
   * wait for each other in a circle, they are in none.
   */
  List<List<String>> waves() {
    List<List<String>> waves = new ArrayList<>();
    Set<String> up = new HashSet<>();
    List<String> next = ready(up);
    while (!next.isEmpty()) {
      waves.add(next);
      up.addAll(next);
      next = ready(up);
    }
    return waves;
  }

  private List<String> ready(Set<String> up) {
    return services.keySet().stream()
        .filter(name -> !up.contains(name) && up.containsAll(after(name)))
        .limit(parallel)
        .toList();
  }

  /** Those that must serve before the service is deployed. */
  List<String> after(String name) {
    return Optional.ofNullable(services.get(name))
        .flatMap(DeployParameters::after)
        .orElse(List.of());
  }

  /** The task that would deploy the service alone. */
  TaskDispatch part(String name) {
    ObjectNode parameters = ((ObjectNode) task.parameters().path(SERVICES).path(name)).deepCopy();
    parameters.remove(AFTER);
    return part(task, name, parameters);
  }

  /** The task that is about one service of the stack only. */
  static TaskDispatch part(TaskDispatch task, String name, ObjectNode parameters) {
    return new TaskDispatch(
        task.taskId(),
        task.operation(),
        task.target().part(name),
        task.repository(),
        parameters,
        task.requirements(),
        task.requiredEvidence(),
        task.requestedBy(),
        task.dryRun(),
        task.instruction());
  }

  /** What a step of the service alone would know and ask. */
  static StepContext part(StepContext context, String name, TaskDispatch part) {
    return new StepContext(
        part,
        context.facts().of(name),
        context.deployed().map(it -> it.part(name)),
        context.key(),
        context.fence(),
        line -> context.progress().line(name + ": " + line),
        context.timeout());
  }

  /** What was found of a service, as a fact of the whole stack. */
  static Facts found(String name, Facts facts, String steps) {
    return facts.with(Facts.of(Map.of(Facts.STEPS, steps))).under(name);
  }
}
