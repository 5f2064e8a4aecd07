package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Optional;

/**
 * {@code agents.context}: another agent's word on a commit, an image or a release, used as a gate.
 * It counts only for the subject that it names, only until it expires, and only while no later word
 * of the same issuer (by {@link #sequence()}) on the same subject says otherwise.
 */
public sealed interface Evidence extends Message
    permits EngineerChange, QaResult, SecurityClearance, ReleaseTag, DocsPublished {
  /** What the evidence is about. */
  Subject subject();

  /** The agent or person whose word it is. */
  String issuer();

  /** Counts the issuer's messages from 1; of two on the same subject the higher one stands. */
  long sequence();

  /** What was found. */
  Result result();

  /** When it was found. */
  Instant issuedAt();

  /** From when on it no longer counts; later than {@link #issuedAt()}. */
  Instant expiresAt();

  /** Where a person can read more. */
  Optional<String> link();

  /** The kind that {@link TaskDispatch#requiredEvidence()} asks for. */
  default EvidenceKind kind() {
    return switch (this) {
      case EngineerChange _ -> EvidenceKind.ENGINEER_CHANGE;
      case QaResult _ -> EvidenceKind.QA_RESULT;
      case SecurityClearance _ -> EvidenceKind.SECURITY_CLEARANCE;
      case ReleaseTag _ -> EvidenceKind.RELEASE_TAG;
      case DocsPublished _ -> EvidenceKind.DOCS_PUBLISHED;
    };
  }

  /** What was found. */
  enum Result {
    PASSED,
    FAILED,
    /** An earlier word of the issuer no longer holds. */
    WITHDRAWN
  }

  /**
   * What evidence is bound to.
   *
   * @param repository the repository's URL
   * @param commit full object id
   * @param imageDigest digest of the image built from it, when the evidence is about the image
   * @param packageVersion version of the package built from it, when the evidence is about that
   * @param environment the environment it holds for; every one when absent
   */
  record Subject(
      String repository,
      String commit,
      Optional<String> imageDigest,
      Optional<String> packageVersion,
      Optional<String> environment) {
    public Subject {
      Checks.text("subject.repository", repository, 2048);
      Checks.matches("subject.commit", commit, Checks.COMMIT);
      imageDigest.ifPresent(value -> Checks.matches("subject.imageDigest", value, Digests.SHA256));
      packageVersion.ifPresent(value -> Checks.text("subject.packageVersion", value, 128));
      environment.ifPresent(value -> Checks.matches("subject.environment", value, Checks.NAME));
    }
  }
}
