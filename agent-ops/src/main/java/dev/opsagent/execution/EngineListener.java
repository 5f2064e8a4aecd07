package dev.opsagent.execution;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.Optional;

/** Told what the engine has committed: metrics hang here. */
public interface EngineListener {
  /** A task has ended for good; it took so long from its acceptance. */
  default void taskEnded(
      String operation, TaskState state, Optional<ReasonCode> reason, Duration took) {}

  default void stepEnded(String operation, String step, Outcome outcome, Duration took) {}

  /** The record is committed. */
  default void recorded(JournalRecord written) {}

  /** Hears nothing. */
  EngineListener NONE = new EngineListener() {};
}
