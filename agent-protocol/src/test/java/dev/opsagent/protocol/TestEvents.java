package dev.opsagent.protocol;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Headers of CloudEvents in binary mode, as another client would write them. */
final class TestEvents {
  private TestEvents() {}

  static Headers headers(String type) {
    return with(
        "ce_specversion", "1.0",
        "ce_id", "e-1",
        "ce_source", "/pm",
        "ce_type", type,
        "ce_time", "2026-11-22T12:00:00Z",
        "content-type", "application/json");
  }

  static Headers with(String... namesAndValues) {
    RecordHeaders headers = new RecordHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return headers;
  }
}
