package dev.opsagent.operations;

import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Turns what a step throws into its answer: not knowing is {@link Step.Probe.Unknown}, never a
 * guess.
 *
 * @param action the step in words, for failures that do not say it themselves
 * @param peer whom it talks to, if it does
 */
public record GuardedStep(String action, Optional<Peer> peer, FallibleStep step) implements Step {
  @Override
  public Probe probe(StepContext context) {
    try {
      return step.probe(context);
    } catch (Stopped | IOException | UncheckedIOException | InterruptedException e) {
      return new Probe.Unknown(failure(action, e));
    }
  }

  @Override
  public Outcome apply(StepContext context) {
    try {
      return step.apply(context);
    } catch (Stopped | IOException | UncheckedIOException | InterruptedException e) {
      return new Outcome.Failed(failure(action, e));
    }
  }

  @Override
  public Undo undo(StepContext context) {
    try {
      return step.undo(context);
    } catch (Stopped | IOException | UncheckedIOException | InterruptedException e) {
      return new Undo.UndoFailed(failure("undo: " + action, e));
    }
  }

  /** The failure that an exception of this room or of the disk stands for. */
  public static Failure failure(String action, Exception e) {
    return switch (e) {
      case Stopped stopped -> stopped.failure();
      case InterruptedException _ -> interrupted(action);
      default ->
          Failure.passing(
              ReasonCode.TOOL_FAILED,
              action,
              "the workspace cannot be read or written: " + e.getClass().getSimpleName(),
              "see that the worker's disk has room and belongs to it");
    };
  }

  private static Failure interrupted(String action) {
    Thread.currentThread().interrupt();
    return Failure.passing(ReasonCode.TIMEOUT, action, "it was interrupted", "");
  }
}
