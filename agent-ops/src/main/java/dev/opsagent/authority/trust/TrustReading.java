package dev.opsagent.authority.trust;

import dev.opsagent.authority.trust.TrustDocument.Entry;
import dev.opsagent.authority.trust.TrustDocument.PublishedKey;
import dev.opsagent.protocol.Ed25519Keys;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TrustSchema;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Makes trust of what is written, and collects what does not fit. */
public final class TrustReading {
  private final List<Fault> faults = new ArrayList<>();
  private final Map<String, TrustedKey> keys = new HashMap<>();
  private final Map<PublicKey, String> owners = new HashMap<>();
  private final Set<String> names = new HashSet<>();

  private TrustReading() {}

  /**
   * What does not fit together in a trust file.
   *
   * @param field by its JSON path
   */
  public record Fault(String field, String cause, String fix) {}

  /** What reading came to. */
  public sealed interface Outcome {
    record Sound(Trust trust) implements Outcome {}

    record Unsound(List<Fault> faults) implements Outcome {
      public Unsound {
        faults = List.copyOf(faults);
      }
    }
  }

  /**
   * Reads a trust file.
   *
   * @param bound how old a message may be when the broker takes it
   * @throws InvalidMessage when the tree breaks {@code trust.schema.json}, naming the field
   */
  public static Outcome read(JsonNode tree, Duration bound) {
    TrustSchema.validate(tree);
    TrustReading reading = new TrustReading();
    List<Entry> agents = Json.bind(tree, TrustDocument.class).agents();
    for (int i = 0; i < agents.size(); i++) {
      reading.agent("agents[" + i + "]", agents.get(i));
    }
    return reading.faults.isEmpty()
        ? new Outcome.Sound(new Trust(reading.keys, reading.names, bound))
        : new Outcome.Unsound(reading.faults);
  }

  private void agent(String at, Entry entry) {
    if (!names.add(entry.name())) {
      fault(at + ".name", "is taken by an agent above", "give each agent a name of its own");
    }
    Agent agent = Agent.of(entry);
    for (int i = 0; i < entry.keys().size(); i++) {
      key(at + ".keys[" + i + "]", agent, entry.keys().get(i));
    }
  }

  private void key(String at, Agent agent, PublishedKey written) {
    if (written.notBefore().flatMap(from -> written.notAfter().filter(from::isAfter)).isPresent()) {
      fault(at + ".notAfter", "is before notBefore", "let the key count for some time");
    }
    try {
      PublicKey key = Ed25519Keys.publicKey(written.publicKey());
      if (owners.putIfAbsent(key, agent.name()) != null) {
        fault(at + ".publicKey", "stands above", "give each agent keys of its own, each once");
      }
      TrustedKey trusted =
          new TrustedKey(agent, key, written.notBefore(), written.notAfter(), written.revoked());
      if (keys.putIfAbsent(written.id(), trusted) != null) {
        fault(at + ".id", "is taken by a key above", "give each key an id of its own");
      }
    } catch (InvalidMessage malformed) {
      fault(at + ".publicKey", "is no Ed25519 key", "take it from: ops-agent keys show FILE");
    }
  }

  private void fault(String field, String cause, String fix) {
    faults.add(new Fault(field, field + " " + cause, fix));
  }
}
