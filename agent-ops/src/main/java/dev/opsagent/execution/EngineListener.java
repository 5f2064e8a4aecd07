package dev.opsagent.execution;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.Optional;

/** Told what the engine has committed: metrics hang here. */
public interface EngineListener {
  void taskEnded(String operation, TaskState state, Optional<ReasonCode> reason, Duration took);

  void stepEnded(String operation, String step, Outcome outcome, Duration took);

  /** The number of tasks of the partition that have not ended, and of lanes that hold them. */
  void inFlight(int partition, int tasks, int lanes);

  /** Hears nothing. */
  EngineListener NONE =
      new EngineListener() {
        @Override
        public void taskEnded(
            String operation, TaskState state, Optional<ReasonCode> reason, Duration took) {}

        @Override
        public void stepEnded(String operation, String step, Outcome outcome, Duration took) {}

        @Override
        public void inFlight(int partition, int tasks, int lanes) {}
      };
}
