package dev.opsagent.outside;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Asks a service whether it serves. */
public interface HealthProbe {
  /**
   * One HTTP GET. No redirect is followed, no credential sent, the body bounded.
   *
   * @param contains text that the body must hold
   */
  Answer<Boolean> http(URI uri, int status, Optional<String> contains, Duration timeout);

  /** One TCP connect. */
  Answer<Boolean> tcp(String host, int port, Duration timeout);
}
