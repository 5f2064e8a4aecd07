package dev.opsagent.intake;

import dev.opsagent.execution.Operation;
import dev.opsagent.operations.RequirementsRefusal;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.OperationSchemas;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Which orders this worker takes. What it cannot enforce, it refuses: nothing is silently ignored.
 * Requirements are judged by the operation, which knows what it can hold.
 *
 * @param operations the catalogue, by name
 * @param environments the environments that this fleet serves now; asked for each order, and fast
 * @param enforced requirements that this worker enforces whatever the operation is
 * @param assignment whose task an order is
 */
public record Territory(
    Map<String, Operation> operations,
    Supplier<Environments> environments,
    Set<Requirement> enforced,
    Assignment assignment) {
  public Territory {
    operations = Map.copyOf(operations);
    enforced = Set.copyOf(enforced);
  }

  /** Whether the operation's tasks go before those that only wait. */
  boolean overtakes(String operation) {
    return Optional.ofNullable(operations.get(operation)).filter(Operation::overtakes).isPresent();
  }

  /** Why the order is refused; empty when it is taken. */
  Optional<Reason> refuse(TaskDispatch order, Instant now) {
    Operation operation = operations.get(order.operation());
    if (operation == null) {
      return Optional.of(assignment.unknown(order.operation(), operations.keySet()));
    }
    return assignment.refuse(order).or(() -> refuse(operation, order, now));
  }

  private Optional<Reason> refuse(Operation operation, TaskDispatch order, Instant now) {
    Environments served = environments.get();
    Optional<Environment> environment = served.find(order.target().environment());
    if (environment.isEmpty()) {
      return Optional.of(
          reason(
              ReasonCode.UNKNOWN_ENVIRONMENT,
              "target.environment must be one of " + new TreeSet<>(served.names())));
    }
    return parameters(order)
        .or(() -> RequirementsRefusal.ofWorker(order, enforced).map(Territory::reason))
        .or(() -> operation.refuse(order).map(Territory::reason))
        .or(() ->
            environment
                .map(Environment::calendar)
                .flatMap(it -> it.refuse(order, operation.overtakes(), now))
                .map(Territory::reason));
  }

  private static Optional<Reason> parameters(TaskDispatch order) {
    try {
      OperationSchemas.validate(order.operation(), order.parameters());
      return Optional.empty();
    } catch (InvalidMessage fault) {
      return Optional.of(reason(ReasonCode.INVALID_PARAMETERS, fault.getMessage()));
    }
  }

  private static Reason reason(Failure failure) {
    return reason(failure.code(), failure.sentence());
  }

  private static Reason reason(ReasonCode code, @org.jspecify.annotations.Nullable String detail) {
    return new Reason(code, detail == null ? code.name() : detail, Optional.empty());
  }
}
