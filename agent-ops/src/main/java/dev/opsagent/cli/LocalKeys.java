package dev.opsagent.cli;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.opsagent.configuration.Configuration.Signing;
import dev.opsagent.outside.DurableFile;
import dev.opsagent.protocol.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;

/**
 * The keys of a worker that nobody else orders: one key, which only its owner may read, and a trust
 * file that lets it do everything here. They are made once and then stay.
 */
final class LocalKeys {

  private static final Pattern NO_LETTER = Pattern.compile("[^A-Za-z0-9._@+-]");
  private static final Pattern NO_START = Pattern.compile("^(?![A-Za-z0-9])");

  private final Path key;

  private LocalKeys(Path key) {
    this.key = key;
  }

  /**
   * Makes what is missing.
   *
   * @param data the worker's data folder
   * @param user whose key it is
   */
  static LocalKeys at(Path data, String user) {
    LocalKeys keys = new LocalKeys(Signing.localKey(data));
    try {
      keys.make(data, name(user));
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException("the keys in " + data, e);
    }
  }

  /** As a trust file names agents. */
  private static String name(String user) {
    String letters = NO_LETTER.matcher(user).replaceAll("-");
    return NO_START.matcher(letters).replaceFirst("user");
  }

  /** The private key. */
  Path keyFile() {
    return key;
  }

  /** Whose key counts: this one's. */
  Path trustFile() {
    return key.resolveSibling("trust.yaml");
  }

  /** Several workers may have the folder in common, and begin at once. */
  private void make(Path data, String user) throws IOException {
    if (isMade()) {
      return;
    }
    Files.createDirectories(data);
    Files.createDirectories(
        key.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path turn = key.resolveSibling(".lock");
    try (FileChannel file = FileChannel.open(turn, CREATE, WRITE);
        var _ = file.lock()) {
      if (!isMade()) {
        make(user);
      }
    }
  }

  private boolean isMade() {
    return Files.exists(trustFile()) && Files.exists(keyFile());
  }

  private void make(String user) throws IOException {
    Files.deleteIfExists(keyFile()); // of no use without its trust file
    SigningKey made = SigningKey.generate();
    writeKey(keyFile(), made);
    DurableFile.replace(trustFile(), trust(user, made).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a private key that only its owner may read; replaces none. */
  static void writeKey(Path file, SigningKey key) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, key.privateJwk() + "\n");
  }

  /** A trust file for one who may do everything, in whatever name. */
  static String trust(String name, SigningKey key) {
    return """
    version: 1
    agents:
      - name: %s
        speaksFor: ["*"]
        keys:
          - {id: "%s", publicKey: "%s"}
        dispatch:
          - {operations: ["*"], environments: ["*"]}
        control:
          - messages: [cancel, approve, deny, resolve, lift, acknowledge]
            environments: ["*"]
        evidence: [engineer.change, qa.result, security.clearance, vcs.release-tag, docs.published]
    """
        .formatted(name, key.id(), key.publicKey());
  }
}
