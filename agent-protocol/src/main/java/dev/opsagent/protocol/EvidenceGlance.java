package dev.opsagent.protocol;

import dev.opsagent.protocol.Evidence.Subject;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/**
 * As much of a piece of evidence as tells what it says it is about, without its schema and its
 * signature: not to be believed, only to be kept in its place until it is read.
 */
public record EvidenceGlance(Subject subject, Instant expiresAt) {
  /**
   * Looks at the value of a Kafka record; empty when that is not to be had so cheaply, which says
   * nothing about the record.
   */
  public static Optional<EvidenceGlance> at(byte[] value, Headers headers) {
    boolean binary = headers.lastHeader("ce_specversion") != null;
    if (!binary || value.length > Json.MAX_BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.readAcrossReleases(value, EvidenceGlance.class));
    } catch (RuntimeException unreadable) {
      return Optional.empty();
    }
  }
}
