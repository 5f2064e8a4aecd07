package dev.opsagent.authority.trust;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.protocol.EvidenceKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The trust file as it is written; {@code trust.schema.json} tells what each part means.
 *
 * @param version of the form
 */
record TrustDocument(int version, List<Entry> agents) {
  TrustDocument {
    agents = List.copyOf(agents);
  }

  record Entry(
      String name,
      Optional<List<String>> speaksFor,
      List<PublishedKey> keys,
      Optional<List<Dispatch>> dispatch,
      Optional<List<Control>> control,
      Optional<List<EvidenceKind>> evidence) {
    Entry {
      keys = List.copyOf(keys);
    }
  }

  record PublishedKey(
      String id,
      String publicKey,
      Optional<Instant> notBefore,
      Optional<Instant> notAfter,
      Optional<Instant> revoked) {}

  record Dispatch(List<String> operations, List<String> environments) {}

  record Control(List<Word> messages, List<String> environments) {}

  /** The messages of {@code pm.control}. */
  enum Word {
    @JsonProperty("cancel")
    CANCEL,
    @JsonProperty("approve")
    APPROVE,
    @JsonProperty("deny")
    DENY,
    @JsonProperty("resolve")
    RESOLVE,
    @JsonProperty("lift")
    LIFT,
    @JsonProperty("acknowledge")
    ACKNOWLEDGE
  }
}
