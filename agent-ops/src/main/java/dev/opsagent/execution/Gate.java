package dev.opsagent.execution;

import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.Consent;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Says what must stand before a plan is carried out, and whether it does: evidence of other agents,
 * and the consent of persons. All methods but {@link #catchUp} answer at once, from what is known
 * here.
 */
public interface Gate {
  /**
   * Waits until what was on the bus before the call, and concerns the order, is known here; empty
   * once it is.
   */
  Optional<Failure> catchUp(TaskDispatch order, Duration atMost);

  /** Digest of the policy in force; a plan is bound to it. */
  String policy();

  /** What is asked for, and what was found of it; empty when nothing is asked for. */
  Optional<GateReport> judge(Question question);

  /** Why this one's consent to the plan would not count; empty when it would. */
  Optional<String> refusesConsentOf(String by, Question question);

  /**
   * Why the task must not start yet; empty when it may.
   *
   * @param overtakes whether its operation goes before tasks that only wait
   */
  Optional<Early> early(TaskDispatch order, boolean overtakes, Instant now);

  /** How long each may be waited for, and counts. */
  Terms terms();

  /**
   * What is judged.
   *
   * @param signer the agent whose key signed the order; absent where nobody must sign
   * @param plan digest of the plan
   * @param subjects what evidence must be about, each of them
   * @param given who has consented so far, to whichever plan
   */
  record Question(
      TaskDispatch order,
      Optional<String> signer,
      String plan,
      List<Subject> subjects,
      List<Given> given,
      Instant now) {
    public Question {
      subjects = List.copyOf(subjects);
      given = List.copyOf(given);
    }
  }

  /**
   * A consent.
   *
   * @param plan digest of the only plan that it is about
   */
  record Given(String plan, Consent consent) {}

  /**
   * A time to which a task is held back.
   *
   * @param until its end
   * @param why what holds it back: a freeze by its name, or the task's own demand
   * @param forGood whether that is later than the task allows
   */
  record Early(Instant until, String why, boolean forGood) {}

  /**
   * How long is waited.
   *
   * @param evidence for evidence
   * @param approval for consent
   * @param consent how long a consent counts
   */
  record Terms(Duration evidence, Duration approval, Duration consent) {
    public static final Terms DEFAULT =
        new Terms(Duration.ofHours(24), Duration.ofHours(24), Duration.ofHours(4));
  }

  /** For worlds in which nothing is asked for. */
  Gate OPEN =
      new Gate() {
        private final String none = Digests.sha256("");

        @Override
        public Optional<Failure> catchUp(TaskDispatch order, Duration atMost) {
          return Optional.empty();
        }

        @Override
        public String policy() {
          return none;
        }

        @Override
        public Optional<GateReport> judge(Question question) {
          return Optional.empty();
        }

        @Override
        public Optional<String> refusesConsentOf(String by, Question question) {
          return Optional.of("nothing waits for it");
        }

        @Override
        public Optional<Early> early(TaskDispatch order, boolean overtakes, Instant now) {
          return Optional.empty();
        }

        @Override
        public Terms terms() {
          return Terms.DEFAULT;
        }
      };
}
