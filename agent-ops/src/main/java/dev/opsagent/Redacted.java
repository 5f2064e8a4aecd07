package dev.opsagent;

import dev.opsagent.execution.DecoratedOperation;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.ProgramRuns;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.redaction.Redactor;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An operation of which nothing gets into the state, the journal or the reports that is a secret:
 * what its steps bring and say goes past the redactor first. A task that carries a secret itself is
 * refused, since its order becomes a part of the journal.
 */
record Redacted(Operation operation, Redactor redactor) implements DecoratedOperation {
  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return carried("", Json.tree(task)).or(() -> operation.refuse(task).map(this::shown));
  }

  private Optional<Failure> carried(String path, JsonNode node) {
    if (node.isString()) {
      return redactor.known(node.asString()).stream()
          .findFirst()
          .map(secret -> carried(path, secret));
    }
    if (node.isArray()) {
      return node.valueStream().flatMap(element -> carried(path, element).stream()).findFirst();
    }
    return node.propertyStream()
        .flatMap(field -> {
          String below = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
          return carried(redactor.text(below), field.getValue()).stream();
        })
        .findFirst();
  }

  private static Failure carried(String path, String secret) {
    return Failure.of(
        ReasonCode.INVALID_PARAMETERS,
        "accept the task",
        path + " holds the value of the secret " + secret,
        "name the secret in its place, and replace it: others can read what is on the bus");
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    return switch (operation.resolve(task, quiet(context))) {
      case Resolution.Resolved(Facts facts) -> new Resolution.Resolved(shown(facts));
      case Resolution.Unresolved(Failure failure) -> new Resolution.Unresolved(shown(failure));
    };
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return new RedactedStep(operation.step(planned, task), this);
  }

  StepContext quiet(StepContext context) {
    return new StepContext(
        context.task(),
        context.facts(),
        context.deployed(),
        context.key(),
        context.fence(),
        line -> context.progress().line(text(line)),
        context.timeout());
  }

  Failure shown(Failure failure) {
    return new Failure(
        failure.code(),
        text(failure.action()),
        text(failure.cause()),
        text(failure.fix()),
        failure.retryable());
  }

  /** What was hidden by now was hidden, and counted, where it came from. */
  String text(String text) {
    Redactor.Redacted shown = redactor.read(text);
    ProgramRuns.tellMasked("what the step tells", shown.found(), redactor.known(shown.found()));
    return shown.text();
  }

  Facts shown(Facts facts) {
    return redactor.value(facts, Facts.class);
  }

  List<Deliverable> shown(List<Deliverable> deliverables) {
    return deliverables.stream().map(it -> redactor.value(it, Deliverable.class)).toList();
  }
}
