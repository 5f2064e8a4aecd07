package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalKeysTest {
  @TempDir private Path folder;

  @Test
  void theKeyIsItsOwnersAloneAndTheTrustFileCountsIt() throws IOException {
    LocalKeys keys = LocalKeys.at(folder, "ada");

    assertThat(permissions(keys.keyFile())).isEqualTo("rw-------");
    assertThat(permissions(keys.keyFile().resolveSibling("."))).isEqualTo("rwx------");
    assertThatCode(() -> KeysCheckCommand.check(keys.trustFile())).doesNotThrowAnyException();
    assertThat(keys.trustFile())
        .content()
        .contains("name: ada", KeyFiles.read(keys.keyFile()).publicKey());
  }

  @Test
  void keysThatAreThereStay() throws IOException {
    LocalKeys keys = LocalKeys.at(folder, "ada");
    String key = Files.readString(keys.keyFile());
    String trust = Files.readString(keys.trustFile());

    LocalKeys.at(folder, "grace");
    assertThat(keys.keyFile()).hasContent(key);
    assertThat(keys.trustFile()).hasContent(trust);
  }

  @Test
  void aKeyThatNothingTrustsYetIsMadeAnewWithItsTrustFile() throws IOException {
    LocalKeys keys = LocalKeys.at(folder, "ada");
    String before = Files.readString(keys.keyFile());
    Files.delete(keys.trustFile());

    LocalKeys.at(folder, "ada");
    assertThat(Files.readString(keys.keyFile())).isNotEqualTo(before);
    assertThat(permissions(keys.keyFile())).isEqualTo("rw-------");
    assertThat(keys.trustFile()).content().contains(KeyFiles.read(keys.keyFile()).publicKey());
  }

  @Test
  void whatAWriterLeftThatDiedIsNoTrustFile() throws IOException {
    LocalKeys keys = LocalKeys.at(folder, "ada");
    Files.delete(keys.trustFile());
    Files.writeString(keys.trustFile().resolveSibling("trust.yaml.new"), "version: 1\nage");

    LocalKeys.at(folder, "ada");
    assertThatCode(() -> KeysCheckCommand.check(keys.trustFile())).doesNotThrowAnyException();
    try (Stream<Path> files = Files.list(keys.keyFile().resolveSibling("."))) {
      assertThat(files.map(Path::normalize))
          .contains(keys.keyFile(), keys.trustFile())
          .noneMatch(it -> it.toString().endsWith(".new"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Ada Lovelace: [x]", "_apt", "", "Ä", "DOMAIN\\ada"})
  void aUserWhoseNameIsNoAgentsNameGetsOneThatIs(String user) {
    LocalKeys keys = LocalKeys.at(folder, user);

    assertThatCode(() -> KeysCheckCommand.check(keys.trustFile())).doesNotThrowAnyException();
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
