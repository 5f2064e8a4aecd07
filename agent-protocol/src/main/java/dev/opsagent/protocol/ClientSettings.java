package dev.opsagent.protocol;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * How an {@link OpsClient} behaves.
 *
 * @param source the CloudEvents source of what it writes: a URI reference that names the agent
 * @param timeout the longest that the brokers may take to answer
 * @param stall the longest that reading up to the end of a topic may make no progress; longer than
 *     the transaction timeout of the writers
 * @param clock gives the time of events
 * @param ids gives the ids of events, each only once
 * @param signer signs what is written; absent for who only reads, or writes to workers that ask for
 *     no signatures
 */
public record ClientSettings(
    String source,
    Duration timeout,
    Duration stall,
    InstantSource clock,
    Supplier<String> ids,
    Optional<SigningKey> signer) {
  /** Ten seconds for an answer, ninety without progress, random ids. */
  public static ClientSettings of(String source) {
    return new ClientSettings(
        source,
        Duration.ofSeconds(10),
        Duration.ofSeconds(90),
        InstantSource.system(),
        () -> UUID.randomUUID().toString(),
        Optional.empty());
  }

  /** The same, but what is written is signed. */
  public ClientSettings signing(SigningKey key) {
    return new ClientSettings(source, timeout, stall, clock, ids, Optional.of(key));
  }

  public ClientSettings {
    Envelope.uri("source", source);
    Checks.range("timeout", timeout.toMillis(), 1, Integer.MAX_VALUE);
    Checks.range("stall", stall.toMillis(), 1, Integer.MAX_VALUE);
  }
}
