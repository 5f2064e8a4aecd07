package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** What a task can demand; the names are the fields of {@code requirements} that demand it. */
public enum Requirement {
  DEADLINE("deadline"),
  TIMEOUT("timeout"),
  NOT_BEFORE("timeline.notBefore"),
  NOT_AFTER("timeline.notAfter"),
  P95_LATENCY("performance.p95LatencyMillis"),
  ERROR_RATE("performance.errorRate"),
  BUILD_TIME("performance.buildTime"),
  REPLICAS("scaling.replicas"),
  CPUS("scaling.cpus"),
  MEMORY("scaling.memory"),
  AUTOSCALING("scaling.autoscaling"),
  SBOM("compliance.sbom"),
  PROVENANCE("compliance.provenance"),
  SIGNED("compliance.signed"),
  APPROVALS("compliance.approvals"),
  EVIDENCE_RETENTION("compliance.evidenceRetention");

  private final String field;

  Requirement(String field) {
    this.field = field;
  }

  /** The field of {@code requirements}, with its group where it has one. */
  @JsonValue
  public String field() {
    return field;
  }

  @JsonCreator
  static Requirement of(String field) {
    return Arrays.stream(values())
        .filter(it -> it.field.equals(field))
        .findFirst()
        .orElseThrow(() -> new InvalidMessage("requirement", "is not a known requirement"));
  }
}
