package dev.opsagent.outside;

import dev.opsagent.protocol.ReasonCode;

/** Names container images by their content. */
public interface Images {
  /**
   * Resolves a reference once. What the engine has comes first; what it lacks is pulled.
   *
   * @param reference {@code name:tag}, {@code name@sha256:…}, or the id of an image of the engine,
   *     {@code sha256:…}. A name alone is refused with {@link ReasonCode#INVALID_PARAMETERS}: the
   *     tag {@code latest} is never assumed, but taken when it is asked for.
   * @return what the reference means now; {@link ReasonCode#PRECONDITION_FAILED} when there is no
   *     such image, {@link ReasonCode#TOOL_FAILED} when the engine or the registry does not answer
   */
  Answer<Pinned> pin(String reference);

  /**
   * An image that nobody can move.
   *
   * @param reference {@code name@sha256:…}; of an image that no registry has, its id on the engine
   * @param digest {@code sha256:…}: of the manifest, or the image's id
   */
  record Pinned(String reference, String digest) {}
}
