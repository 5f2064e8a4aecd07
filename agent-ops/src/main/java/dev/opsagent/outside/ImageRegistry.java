package dev.opsagent.outside;

import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Optional;

/**
 * The registries that images are pushed to, reached through the engine and with the operator's
 * logins. One that does not answer is a passing failure.
 */
public interface ImageRegistry {
  /**
   * Whether images of that name may be pushed: their registry listens on this machine, or the
   * operator has logged in to it and the engine speaks to it over TLS only.
   *
   * @param name without tag
   * @return {@link ReasonCode#CONFIGURATION} with what is missing
   */
  Answer<Boolean> accepts(String name);

  /**
   * The digest of the manifest that the registry has under the reference; empty when it has none.
   * The registry itself is asked.
   *
   * @param reference {@code name:tag} or {@code name@sha256:…}
   */
  Answer<Optional<String>> published(String reference);

  /**
   * Pushes the image that bears the name on the engine.
   *
   * @param reference {@code name:tag}
   * @param progress hears a bounded number of lines
   */
  Answer<Boolean> push(String reference, Duration timeout, Progress progress);

  /**
   * Fetches an image by its digest, layers that the engine has aside.
   *
   * @param pinned {@code name@sha256:…}
   */
  Answer<Made> fetch(String pinned, Duration timeout);

  /** Hears lines for people. */
  interface Progress {
    void line(String text);
  }
}
