package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonValue;

/** The kinds of evidence that other agents send. */
public enum EvidenceKind {
  ENGINEER_CHANGE("engineer.change"),
  QA_RESULT("qa.result"),
  SECURITY_CLEARANCE("security.clearance"),
  RELEASE_TAG("vcs.release-tag"),
  DOCS_PUBLISHED("docs.published");

  private final String id;

  EvidenceKind(String id) {
    this.id = id;
  }

  /** As messages and people write it. */
  @JsonValue
  public String id() {
    return id;
  }
}
