package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;

/**
 * Keeps a task's record far below what a topic takes and what is read back: a record that cannot be
 * written would lose the journal, and again after every restore.
 */
final class RecordBounds {
  /** Of a plan with its observations, and of what one step adds. */
  static final int MOST_BYTES = 64 * 1024;

  private RecordBounds() {}

  /** Whether the plan and what it was made of can be kept. */
  static boolean fit(Prewritten<Plan> plan, Facts observations) {
    return plan.bytes().length + size(observations) <= MOST_BYTES;
  }

  static Failure planTooLarge() {
    return tooLarge("keep the plan");
  }

  /** The result, unless what it adds is too large to be kept. */
  static StepResult bounded(StepResult result) {
    return result instanceof StepResult.Done(Facts facts, List<Deliverable> deliverables, _)
            && !(facts.values().isEmpty() && deliverables.isEmpty())
            && size(facts) + size(deliverables) > MOST_BYTES
        ? new StepResult.InDoubt(tooLarge("keep what the step produced"))
        : result;
  }

  private static int size(Object value) {
    return Json.write(value).length;
  }

  private static Failure tooLarge(String action) {
    return Failure.of(
        ReasonCode.INTERNAL,
        action,
        "it is larger than " + MOST_BYTES + " bytes",
        "report it: the operation must say less");
  }
}
