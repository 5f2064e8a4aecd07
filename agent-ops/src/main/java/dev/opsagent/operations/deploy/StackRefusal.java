package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Operation;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What services must be like to be deployed together.
 *
 * @param alone what a service must be like to be deployed alone
 */
record StackRefusal(Operation alone, Acceptance acceptance) {
  private static final Set<String> OF_THE_STACK = Set.of(Stack.SERVICES, "parallel");

  /** Why the task of one service is not taken: it says what only a stack can. */
  static Optional<Failure> ofAlone(DeployParameters parameters) {
    if (parameters.after().isPresent()) {
      return Refusals.invalid("parameters.after", "is for a service among parameters.services");
    }
    return parameters.atOnce().isPresent()
        ? Refusals.invalid("parameters.parallel", "is for parameters.services")
        : Optional.empty();
  }

  /** Why the stack is not taken; empty when it is. */
  Optional<Failure> of(Stack stack) {
    return RequirementsRefusal.of(stack.task(), Set.of())
        .or(() -> misplaced(stack.task()))
        .or(() -> first(stack, name -> ofShape(stack, name)))
        .or(() -> ofCircle(stack))
        .or(() -> first(stack, name -> alone.refuse(stack.part(name)).map(it -> of(name, it))))
        .or(() -> ofPorts(stack));
  }

  private interface Check {
    Optional<Failure> of(String service);
  }

  private static Optional<Failure> first(Stack stack, Check check) {
    return stack.services().keySet().stream().map(check::of).flatMap(Optional::stream).findFirst();
  }

  private static String field(String service) {
    return "parameters.services." + service;
  }

  /** What is said beside the services would hold for none of them. */
  private static Optional<Failure> misplaced(TaskDispatch task) {
    return task.parameters().propertyNames().stream()
        .filter(name -> !OF_THE_STACK.contains(name))
        .findFirst()
        .flatMap(name ->
            Refusals.invalid("parameters." + name, "must be said of each service by itself"));
  }

  private Optional<Failure> ofShape(Stack stack, String name) {
    DeployParameters service = Objects.requireNonNull(stack.services().get(name));
    if (service.services().isPresent() || service.atOnce().isPresent()) {
      return Refusals.invalid(field(name), "must not hold services of its own");
    }
    if (service.strategy(acceptance.adapters().environment(stack.task())) == Strategy.CANARY) {
      return Refusals.invalid(
          field(name) + ".strategy", "is canary, which is for one service alone");
    }
    try {
      var _ = stack.task().target().part(name);
    } catch (InvalidMessage _) {
      return Refusals.invalid(field(name), "has a name that is too long behind that of the stack");
    }
    return stack.after(name).stream()
        .filter(other -> !stack.services().containsKey(other))
        .findFirst()
        .flatMap(_ -> Refusals.invalid(field(name) + ".after", "names none of the services"));
  }

  private static Optional<Failure> ofCircle(Stack stack) {
    List<String> ordered = stack.waves().stream().flatMap(List::stream).toList();
    return stack.services().keySet().stream()
        .filter(name -> !ordered.contains(name))
        .findFirst()
        .flatMap(name -> {
          List<String> path = circle(stack, name, ordered);
          return Refusals.invalid(
              field(path.getFirst()) + ".after",
              "leads back to itself: " + String.join(" after ", path));
        });
  }

  /** Each of those that cannot be ordered comes after another of them. */
  private static List<String> circle(Stack stack, String from, List<String> ordered) {
    List<String> path = new ArrayList<>(List.of(from));
    while (true) {
      String next =
          stack.after(path.getLast()).stream()
              .filter(it -> !ordered.contains(it))
              .findFirst()
              .orElseThrow();
      int seen = path.indexOf(next);
      path.add(next);
      if (seen >= 0) {
        return path.subList(seen, path.size());
      }
    }
  }

  /** The same, with the field's path from the task's parameters. */
  private static Failure of(String service, Failure alone) {
    return new Failure(
        alone.code(),
        alone.action(),
        alone.cause().replaceFirst("^parameters", field(service)),
        alone.fix(),
        alone.retryable());
  }

  /** Services of one machine share its ports; those of a cluster have addresses of their own. */
  private Optional<Failure> ofPorts(Stack stack) {
    Map<Integer, String> taken = new HashMap<>();
    return first(
        stack,
        name -> {
          TaskDispatch part = stack.part(name);
          DeployParameters service = DeployParameters.of(part);
          boolean shared =
              acceptance.runtime(part, service).filter(RuntimeKind.KUBERNETES::equals).isEmpty();
          return service
              .port()
              .filter(_ -> shared)
              .map(port -> Optional.ofNullable(taken.putIfAbsent(port, name)))
              .flatMap(it -> it)
              .flatMap(other ->
                  Refusals.invalid(field(name) + ".port", "is the port of " + other + " too"));
        });
  }
}
