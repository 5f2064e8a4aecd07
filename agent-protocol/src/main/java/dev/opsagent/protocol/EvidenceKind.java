package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The kinds of evidence that other agents send. */
public enum EvidenceKind {
  @JsonProperty("engineer.change")
  ENGINEER_CHANGE,
  @JsonProperty("qa.result")
  QA_RESULT,
  @JsonProperty("security.clearance")
  SECURITY_CLEARANCE,
  @JsonProperty("vcs.release-tag")
  RELEASE_TAG,
  @JsonProperty("docs.published")
  DOCS_PUBLISHED
}
