package dev.opsagent.operations;

import dev.opsagent.execution.StepContext;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;

/** Data that a release would lose, or change for good, told to whoever decides. */
public final class DataLoss {
  private static final int NAMED = 5;

  private DataLoss() {}

  /**
   * Tells it.
   *
   * @param losses in words, at least one
   * @param fix what can be done instead, or by whom
   */
  public static Failure risk(StepContext context, List<String> losses, String fix) {
    String more = losses.size() > NAMED ? ", and %d more".formatted(losses.size() - NAMED) : "";
    String named = String.join("; ", losses.stream().limit(NAMED).map(Lines::printable).toList());
    return Failure.of(
        ReasonCode.DATA_LOSS_RISK,
        "deploy to " + Service.target(context),
        "data would be lost or changed for good: " + named + more,
        fix);
  }
}
