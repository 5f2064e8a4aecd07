package dev.opsagent.intake;

import dev.opsagent.authority.routing.Router;
import dev.opsagent.authority.routing.Routing;
import dev.opsagent.authority.routing.Routing.Decision;
import dev.opsagent.authority.routing.RoutingMap;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whose task an order is, by its operation and its free text. What it says of the text names owners
 * and words of the lexicon, never the text itself.
 */
public final class Assignment {
  private static final int MOST_WORDS = 6;

  private final Supplier<Router> routers;

  /**
   * @param routers asked for the one router when an order comes: to make it takes a while
   */
  public Assignment(Supplier<Router> routers) {
    this.routers = routers;
  }

  private RoutingMap map() {
    return routers.get().map();
  }

  private Routing route(String instruction) {
    return routers.get().route(instruction);
  }

  /**
   * Why an operation is refused that is not in the catalogue: it is another agent's, not built yet,
   * or not known at all.
   *
   * @param built the operations of the catalogue
   */
  Reason unknown(String operation, Set<String> built) {
    if (map().operations().containsKey(operation)) {
      String detail = operation + " is not supported yet; operation must be one of ";
      return plain(ReasonCode.UNSUPPORTED_OPERATION, detail + new TreeSet<>(built));
    }
    Routing routing = routers.get().routeName(operation);
    if (routing.decision() == Decision.NOT_MINE) {
      return notMine("the operation", routing);
    }
    return plain(ReasonCode.UNKNOWN_OPERATION, "operation must be one of " + new TreeSet<>(built));
  }

  /** Why the order is not taken although its operation is one of ours; empty when it is. */
  Optional<Reason> refuse(TaskDispatch order) {
    Optional<Routing> routing = order.instruction().map(this::route);
    if (routing.filter(it -> it.decision() == Decision.NOT_MINE).isPresent()) {
      return routing.map(it -> notMine("the instruction", it));
    }
    String detail = "the instruction says that " + order.operation() + " must not be done";
    return routing
        .filter(it -> it.withheld().contains(order.operation()))
        .map(_ -> plain(ReasonCode.INVALID_PARAMETERS, detail));
  }

  /** What the sender of an order that is taken must know: which parts of its text are not done. */
  Optional<Reason> remark(TaskDispatch order) {
    return order.instruction().map(this::route).flatMap(it -> remark(order.operation(), it));
  }

  private Optional<Reason> remark(String operation, Routing routing) {
    List<String> others =
        routing.operations().stream().filter(it -> !it.equals(operation)).toList();
    List<String> parts = new ArrayList<>();
    if (!routing.foreign().isEmpty()) {
      parts.add(foreign(routing));
    }
    if (!others.isEmpty()) {
      parts.add("ours, as tasks of their own: " + String.join(", ", others));
    }
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    String detail = "only " + operation + " is done; " + String.join("; ", parts);
    return Optional.of(
        routing.foreign().isEmpty()
            ? plain(ReasonCode.UNSUPPORTED_OPERATION, detail)
            : new Reason(ReasonCode.NOT_MINE, detail, routing.owners().stream().findFirst()));
  }

  private Reason notMine(String what, Routing routing) {
    String detail = "%s asks for what is not ours: %s".formatted(what, foreign(routing));
    return new Reason(ReasonCode.NOT_MINE, detail, routing.owners().stream().findFirst());
  }

  /** "dispatch to Documentation: write + docs; dispatch to QA: test". */
  private String foreign(Routing routing) {
    return routing.owners().stream()
        .map(owner -> "dispatch to " + map().title(owner) + ": " + words(owner, routing))
        .collect(Collectors.joining("; "));
  }

  private static String words(String owner, Routing routing) {
    return routing.foreign().stream()
        .filter(part -> part.owner().equals(owner))
        .flatMap(part -> part.words().stream())
        .distinct()
        .limit(MOST_WORDS)
        .collect(Collectors.joining(" + "));
  }

  private static Reason plain(ReasonCode code, String detail) {
    return new Reason(code, detail, Optional.empty());
  }
}
