package dev.opsagent.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Asks a service whether it serves. */
public interface HealthProbe {
  /**
   * One HTTP GET. No redirect is followed, no credential sent, the body bounded.
   *
   * @param timeout within which the whole answer must be there
   */
  Answer<Boolean> http(URI uri, Page wanted, Duration timeout);

  /** One TCP connect. */
  Answer<Boolean> tcp(String host, int port, Duration timeout);

  /**
   * What a healthy service answers.
   *
   * @param contains text that the body must hold
   * @param json what the body must say; one that is no JSON, or too long, says nothing
   */
  record Page(int status, Optional<String> contains, Optional<JsonField> json) {}

  /**
   * A field of a JSON document.
   *
   * @param pointer where it is (RFC 6901)
   * @param value the string there; of a number or a boolean, how it is written
   */
  record JsonField(String pointer, @JsonProperty("equals") String value) {}
}
