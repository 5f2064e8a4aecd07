package dev.opsagent.protocol;

/** Why something was refused or failed: one closed set for reports, errors and exit codes. */
public enum ReasonCode {
  /** The message breaks its schema; the detail names the field. */
  MALFORMED,
  /** The message carries no signature, and this worker asks for one. */
  UNSIGNED,
  /** The signature was not made over this message with the key that it names. */
  BAD_SIGNATURE,
  /** Nobody vouches for the key: not known, not yet or no longer valid, or revoked. */
  UNTRUSTED,
  /** The signer may not send this message, or not about this operation or environment. */
  NOT_PERMITTED,
  /** The message speaks in the name of somebody else than its signer. */
  IMPERSONATION,
  /** The message was sent before, or signed too long before it was sent. */
  REPLAYED,
  UNKNOWN_OPERATION,
  /** The operation is this agent's work, and this worker cannot do it yet. */
  UNSUPPORTED_OPERATION,
  INVALID_PARAMETERS,
  /** The task is another agent's work; {@code owner} names it. */
  NOT_MINE,
  WRONG_FLEET,
  UNKNOWN_ENVIRONMENT,
  /** Same task id, other payload. */
  CONFLICT,
  /** An earlier task left the target in doubt. */
  TARGET_HELD,
  /** A requirement or evidence kind that this worker cannot enforce. */
  UNSUPPORTED_REQUIREMENT,
  /** The repository, branch or tree is not in a state to work on. */
  PRECONDITION_FAILED,
  CREDENTIALS_REJECTED,
  /** Somebody else moved the remote meanwhile. */
  REMOTE_MOVED,
  VERSION_TAKEN,
  /** A path that another agent owns changed, or would be written. */
  FOREIGN_CHANGE,
  /** Bytes read back differ from the bytes sent. */
  INTEGRITY_MISMATCH,
  TOOL_MISSING,
  TOOL_FAILED,
  UNREACHABLE,
  /** The tool's peer did not answer several times: nothing is sent to it for a while. */
  BREAKER_OPEN,
  TIMEOUT,
  UNHEALTHY,

  /** The release serves, and does so much worse than the one before it. */
  DEGRADED,

  /** What would prove that the release is good could not be had: a person decides. */
  INCONCLUSIVE,

  /** There is no release that is known to serve and could be gone back to. */
  NO_ROLLBACK_TARGET,

  /** The release has failed on this target before, and nobody has lifted that. */
  QUARANTINED,

  /** The change would lose data, or part a service from it. */
  DATA_LOSS_RISK,

  /** Evidence that the gate policy or the task asks for does not stand; the task waits for it. */
  EVIDENCE_MISSING,

  /** Evidence that let the task in no longer stands. */
  EVIDENCE_REVOKED,

  /** Consent to the plan is missing; the task waits for it. */
  APPROVAL_MISSING,

  /** Somebody's word on the plan does not count; the detail says why. */
  APPROVAL_REFUSED,

  /** A person or agent who may has refused the plan. */
  DENIED,

  /** A freeze of the environment, or the task's own demand, holds its start back. */
  TOO_EARLY,
  DEADLINE_PASSED,
  CANCELLED,
  EFFECT_IN_DOUBT,
  UNDO_FAILED,
  ABANDONED,
  SANDBOX_UNAVAILABLE,
  CONFIGURATION,
  INTERNAL
}
