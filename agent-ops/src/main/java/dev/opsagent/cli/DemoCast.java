package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.protocol.ClientSettings;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The agents of the demo and a person, each with a key of its own that counts for what it has to
 * say, and for nothing else.
 */
record DemoCast(Path folder, Map<String, SigningKey> keys) {
  private static final Map<String, String> MAY =
      Map.of(
          "pm", "dispatch: [{operations: [\"*\"], environments: [\"*\"]}]",
          "qa", "evidence: [qa.result]",
          "security", "evidence: [security.clearance]",
          "version-control", "evidence: [vcs.release-tag]",
          "ann", "control: [{messages: [approve, deny], environments: [\"*\"]}]");

  DemoCast {
    keys = Map.copyOf(keys);
  }

  /** Makes their keys, and the trust file that lists them. */
  static DemoCast create(Path folder) throws IOException {
    Files.createDirectories(folder);
    Map<String, SigningKey> keys = new LinkedHashMap<>();
    StringBuilder trust = new StringBuilder("version: 1\nagents:\n");
    for (Map.Entry<String, String> agent : MAY.entrySet()) {
      SigningKey key = SigningKey.generate();
      LocalKeys.writeKey(folder.resolve(agent.getKey() + ".jwk"), key);
      keys.put(agent.getKey(), key);
      trust.append(
          """
            - name: %s
              keys: [{id: "%s", publicKey: "%s"}]
              %s
          """
              .formatted(agent.getKey(), key.id(), key.publicKey(), agent.getValue()));
    }
    Files.writeString(folder.resolve("trust.yaml"), trust);
    return new DemoCast(folder, keys);
  }

  /** What a worker needs to know of them; commands speak as the PM. */
  Configuration.Signing signing() {
    return new Configuration.Signing(
        true,
        Optional.of(folder.resolve("trust.yaml")),
        Optional.of(folder.resolve("pm.jwk")),
        Configuration.Signing.BOUND);
  }

  /** Connects each of them to the bus. */
  Agents on(Configuration configuration) {
    Map<String, OpsClient> clients = new LinkedHashMap<>();
    Map<String, String> properties = Map.of("bootstrap.servers", configuration.bus().bootstrap());
    keys.forEach((name, key) -> {
      ClientSettings settings = ClientSettings.of("/" + name).signing(key);
      clients.put(name, new OpsClient(properties, configuration.topics().names(), settings));
    });
    return new Agents(clients);
  }

  /** The agents, each with its own connection. */
  record Agents(Map<String, OpsClient> clients) implements AutoCloseable {
    Agents {
      clients = Map.copyOf(clients);
    }

    private OpsClient of(String name) {
      return Optional.ofNullable(clients.get(name)).orElseThrow();
    }

    void send(String name, Evidence evidence) {
      of(name).evidence(evidence).toCompletableFuture().join();
    }

    void send(String name, ControlMessage word) {
      of(name).control(word).toCompletableFuture().join();
    }

    @Override
    public void close() {
      clients.values().forEach(OpsClient::close);
    }
  }
}
