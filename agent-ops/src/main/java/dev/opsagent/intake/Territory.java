package dev.opsagent.intake;

import dev.opsagent.execution.Operation;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.OperationSchemas;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which orders this worker takes. What it cannot enforce, it refuses: no requirement is silently
 * ignored.
 *
 * @param operations the catalogue, by name
 * @param environments the environments that this fleet serves
 */
public record Territory(Map<String, Operation> operations, Set<String> environments) {
  public Territory {
    operations = Map.copyOf(operations);
    environments = Set.copyOf(environments);
  }

  /** Why the order is refused; empty when it is taken. */
  Optional<Reason> refuse(TaskDispatch order) {
    Operation operation = operations.get(order.operation());
    if (operation == null) {
      return Optional.of(
          reason(
              ReasonCode.UNKNOWN_OPERATION,
              "operation must be one of " + new TreeSet<>(operations.keySet())));
    }
    if (!environments.contains(order.target().environment())) {
      return Optional.of(
          reason(
              ReasonCode.UNKNOWN_ENVIRONMENT,
              "target.environment must be one of " + new TreeSet<>(environments)));
    }
    return parameters(order)
        .or(() -> unenforceable(order))
        .or(() -> operation.refuse(order).map(Territory::reason));
  }

  private static Optional<Reason> parameters(TaskDispatch order) {
    try {
      OperationSchemas.validate(order.operation(), order.parameters());
      return Optional.empty();
    } catch (InvalidMessage fault) {
      return Optional.of(reason(ReasonCode.INVALID_PARAMETERS, fault.getMessage()));
    }
  }

  private static Optional<Reason> unenforceable(TaskDispatch order) {
    if (!order.requiredEvidence().isEmpty()) {
      return unsupported("requiredEvidence");
    }
    if (order.requirements().performance().isPresent()) {
      return unsupported("requirements.performance");
    }
    if (order.requirements().scaling().isPresent()) {
      return unsupported("requirements.scaling");
    }
    return order.requirements().compliance().isPresent()
        ? unsupported("requirements.compliance")
        : Optional.empty();
  }

  private static Optional<Reason> unsupported(String field) {
    String detail = field + " cannot be enforced by this worker, so the task is not taken";
    return Optional.of(reason(ReasonCode.UNSUPPORTED_REQUIREMENT, detail));
  }

  private static Reason reason(Failure failure) {
    return reason(failure.code(), failure.sentence());
  }

  private static Reason reason(ReasonCode code, @org.jspecify.annotations.Nullable String detail) {
    return new Reason(code, detail == null ? code.name() : detail, Optional.empty());
  }
}
