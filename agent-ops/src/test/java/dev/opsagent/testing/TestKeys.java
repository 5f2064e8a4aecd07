package dev.opsagent.testing;

import static java.util.stream.Collectors.joining;

import dev.opsagent.protocol.ClientSettings;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The keys of this JVM's tests. Tests that are not about trust speak with the key of {@link #ANY},
 * who may say everything in whatever name; consent is given with a person's own key.
 */
public final class TestKeys {
  /** Who may say everything, in any name. */
  public static final String ANY = "tests";

  private static final List<String> NAMES =
      List.of(ANY, "pm", "ada", "grace", "qa", "security", "engineer", "vcs", "docs");
  private static final Map<String, SigningKey> KEYS = new LinkedHashMap<>();

  static {
    NAMES.forEach(name -> KEYS.put(name, SigningKey.generate()));
  }

  private TestKeys() {}

  /** The key of one of the names. */
  public static SigningKey of(String name) {
    return Objects.requireNonNull(KEYS.get(name), name);
  }

  /** The private key of one of the names in a file of the folder. */
  public static Path file(String name, Path folder) {
    try {
      Path file =
          Files.createFile(
              folder.resolve(name + ".jwk"),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, of(name).privateJwk());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A trust file for all of them, in the folder. */
  public static Path trust(Path folder) {
    try {
      Path file = Files.createDirectories(folder).resolve("trust.yaml");
      return Files.writeString(file, "version: 1\nagents:\n" + agents());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The line of a worker's configuration that has it trust them. */
  public static String configuration(Path folder) {
    return "trust: " + trust(folder) + "\n";
  }

  /** A client that signs as {@link #ANY}. */
  public static OpsClient client(String bootstrap, Topics topics) {
    return client(bootstrap, topics, ANY);
  }

  /** A client that signs as one of the names. */
  public static OpsClient client(String bootstrap, Topics topics, String name) {
    return new OpsClient(
        Map.of("bootstrap.servers", bootstrap),
        topics,
        ClientSettings.of("/" + name).signing(of(name)));
  }

  private static String agents() {
    return KEYS.entrySet().stream().map(it -> agent(it.getKey(), it.getValue())).collect(joining());
  }

  private static String agent(String name, SigningKey key) {
    return """
      - name: %s
        speaksFor: ["*"]
        keys: [{id: "%s", publicKey: "%s"}]
        dispatch: [{operations: ["*"], environments: ["*"]}]
        control:
          - messages: [cancel, approve, deny, resolve, lift, acknowledge]
            environments: ["*"]
        evidence: [engineer.change, qa.result, security.clearance, vcs.release-tag, docs.published]
    """
        .formatted(name, key.id(), key.publicKey());
  }
}
