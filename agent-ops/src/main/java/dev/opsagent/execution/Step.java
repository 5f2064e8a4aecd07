package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import java.util.List;
import java.util.Optional;

/**
 * One step of an operation. It returns its outcome; only the runner acts on outcomes. All methods
 * block on a virtual thread and answer interruption by ending what they started.
 */
public interface Step {
  /** Whom the step talks to, when that may fail to answer or be asked too much. */
  default Optional<Guards.Peer> peer() {
    return Optional.empty();
  }

  /** Asks the world whether the effect stands already. Reads only. */
  Probe probe(StepContext context);

  /** Performs the effect. Runs only after a probe that answered {@link Probe.Missing}. */
  Outcome apply(StepContext context);

  /**
   * Takes the effect back, or withdraws it where it cannot be taken back. Harmless when the effect
   * never happened, and when repeated.
   */
  Undo undo(StepContext context);

  /** What a probe found. */
  sealed interface Probe {
    /** The effect stands; these are the facts and deliverables that its step produces. */
    record Satisfied(Facts facts, List<Deliverable> deliverables) implements Probe {
      public Satisfied {
        deliverables = List.copyOf(deliverables);
      }

      public Satisfied(Facts facts) {
        this(facts, List.of());
      }
    }

    /** The effect does not stand. */
    record Missing() implements Probe {}

    /** Something else stands in the effect's place. */
    record Conflicting(Failure failure) implements Probe {}

    /** Nobody could say; never guessed into one of the others. */
    record Unknown(Failure failure) implements Probe {}
  }

  /** What an attempt came to. */
  sealed interface Outcome {
    /** Done, as far as the tool says; the runner probes once more where there are effects. */
    record Applied(Facts facts, List<Deliverable> deliverables) implements Outcome {
      public Applied {
        deliverables = List.copyOf(deliverables);
      }

      public Applied(Facts facts) {
        this(facts, List.of());
      }
    }

    /** Not done, as far as the tool says; a probe decides. */
    record Failed(Failure failure) implements Outcome {}

    /**
     * A check could not be answered, neither well nor badly: a person decides. What has an effect
     * or works in the workspace is probed instead.
     */
    record Inconclusive(Failure failure) implements Outcome {}
  }

  /** What an undo came to. */
  sealed interface Undo {
    /**
     * Nothing is left.
     *
     * @param deliverables what undoing has measured
     */
    record Undone(List<Deliverable> deliverables) implements Undo {
      public Undone {
        deliverables = List.copyOf(deliverables);
      }

      public Undone() {
        this(List.of());
      }
    }

    /**
     * Withdrawn as far as possible.
     *
     * @param remains what stays visible, one line each
     * @param deliverables what was delivered, as it stands now
     */
    record Remains(List<String> remains, List<Deliverable> deliverables) implements Undo {
      public Remains {
        remains = List.copyOf(remains);
        deliverables = List.copyOf(deliverables);
      }

      public Remains(List<String> remains) {
        this(remains, List.of());
      }
    }

    /** A person is needed, unless the failure is passing. */
    record UndoFailed(Failure failure) implements Undo {}
  }
}
