package dev.opsagent.configuration;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.protocol.EvidenceKind;
import java.util.List;
import java.util.Optional;

/**
 * The gate policy as it is written; {@code gates.schema.json} tells what each part means.
 *
 * @param version of the form
 */
record GatesDocument(int version, Optional<Waits> waits, List<Rule> rules) {
  GatesDocument {
    rules = List.copyOf(rules);
  }

  record Waits(Optional<String> evidence, Optional<String> approval, Optional<String> consent) {
    static final Waits DEFAULT = new Waits(Optional.empty(), Optional.empty(), Optional.empty());
  }

  record Rule(
      String name,
      List<String> operations,
      List<String> environments,
      Optional<List<Evidence>> evidence,
      Optional<Approvals> approvals) {}

  record Evidence(
      EvidenceKind kind,
      Optional<List<String>> from,
      Optional<String> maxAge,
      Optional<When> when) {}

  enum When {
    @JsonProperty("always")
    ALWAYS,
    @JsonProperty("exists")
    EXISTS
  }

  record Approvals(int count, Optional<List<String>> from, Optional<Boolean> secondPerson) {}
}
