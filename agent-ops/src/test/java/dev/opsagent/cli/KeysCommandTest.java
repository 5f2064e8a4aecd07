package dev.opsagent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class KeysCommandTest {
  @TempDir private Path folder;

  @Test
  void aNewKeyIsItsOwnersAloneAndItsPublicHalfIsPrinted() throws IOException {
    TestingCall call = call();
    assertThat(call.execute("keys", "new", "pm.jwk")).isZero();

    assertThat(Files.getPosixFilePermissions(folder.resolve("pm.jwk")))
        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    SigningKey key = read("pm.jwk");
    assertThat(call.out())
        .isEqualTo("- {id: \"%s\", publicKey: \"%s\"}\n".formatted(key.id(), key.publicKey()));
    assertThat(call.out() + call.err()).doesNotContain(privateHalf("pm.jwk"));
  }

  @Test
  void eachNewKeyIsAnother() {
    assertThat(call().execute("keys", "new", "one.jwk")).isZero();
    assertThat(call().execute("keys", "new", "two.jwk")).isZero();

    assertThat(read("one.jwk").id()).isNotEqualTo(read("two.jwk").id());
    assertThat(read("one.jwk").publicKey()).isNotEqualTo(read("two.jwk").publicKey());
  }

  @Test
  void noFileIsReplacedByANewKey() throws IOException {
    Path file = Files.writeString(folder.resolve("pm.jwk"), "mine");

    TestingCall call = call();
    assertThat(call.execute("keys", "new", "pm.jwk")).isEqualTo(2);
    assertThat(call.err()).contains("write the key", "pm.jwk is there already", "another name");
    assertThat(file).hasContent("mine");
  }

  @Test
  void aKeyThatCannotBeWrittenIsToldInWords() {
    TestingCall call = call();
    assertThat(call.execute("keys", "new", "nowhere/pm.jwk")).isEqualTo(2);
    assertThat(call.err())
        .contains("write the key", "nowhere/pm.jwk cannot be written", "a folder of yours")
        .doesNotContain("Exception");
  }

  @Test
  void theSameEntryIsShownLaterAndToPrograms() {
    TestingCall made = call();
    assertThat(made.execute("keys", "new", "pm.jwk")).isZero();

    TestingCall shown = call();
    assertThat(shown.execute("keys", "show", "pm.jwk")).isZero();
    assertThat(shown.out()).isEqualTo(made.out());

    TestingCall told = call();
    assertThat(told.execute("keys", "show", "pm.jwk", "--json")).isZero();
    JsonNode entry = Json.readTree(told.out().getBytes(UTF_8));
    assertThat(entry.propertyNames()).containsExactlyInAnyOrder("id", "publicKey");
    assertThat(entry.path("id").asString()).isEqualTo(read("pm.jwk").id());
    assertThat(entry.path("publicKey").asString()).isEqualTo(read("pm.jwk").publicKey());
  }

  @Test
  void aKeyThatOthersMayReadIsRefusedUntilTheyMayNot() throws IOException {
    assertThat(call().execute("keys", "new", "pm.jwk")).isZero();
    permit("rw-r-----");

    TestingCall refused = call();
    assertThat(refused.execute("keys", "show", "pm.jwk")).isEqualTo(2);
    assertThat(refused.err()).contains("others than its owner may read it", "chmod 600");
    assertThat(refused.out()).isEmpty();

    permit("rw-------");
    assertThat(call().execute("keys", "show", "pm.jwk")).isZero();
  }

  @Test
  void whatIsNoPrivateKeyIsRefusedAndNothingOfItIsRepeated() throws IOException {
    assertThat(call().execute("keys", "new", "pm.jwk")).isZero();
    SigningKey key = read("pm.jwk");
    Files.writeString(
        folder.resolve("pm.jwk"),
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}".formatted(key.publicKey()));

    TestingCall call = call();
    assertThat(call.execute("keys", "show", "pm.jwk")).isEqualTo(2);
    assertThat(call.err())
        .contains("it holds no private Ed25519 key", "ops-agent keys new")
        .doesNotContain(key.publicKey());

    TestingCall missing = call();
    assertThat(missing.execute("keys", "show", "none.jwk")).isEqualTo(2);
    assertThat(missing.err()).contains("none.jwk", "it cannot be read");
  }

  @Test
  void aTrustFileOverTheRotationOfAKeyIsSound() throws IOException {
    assertThat(call().execute("keys", "new", "old.jwk")).isZero();
    assertThat(call().execute("keys", "new", "next.jwk")).isZero();
    trust(entry("old.jwk", ", revoked: 2026-11-28T11:00:00Z"), entry("next.jwk", ""));

    TestingCall call = call();
    assertThat(call.execute("keys", "check", "trust.yaml")).isZero();
    assertThat(call.out()).isEqualTo("trust.yaml is sound\n");
  }

  @Test
  void aTrustFileThatListsAKeyTwiceIsRefusedWithItsPlace() throws IOException {
    assertThat(call().execute("keys", "new", "pm.jwk")).isZero();
    trust(entry("pm.jwk", ""), entry("pm.jwk", ""));

    TestingCall call = call();
    assertThat(call.execute("keys", "check", "trust.yaml")).isEqualTo(2);
    assertThat(call.err()).contains("trust.yaml:6:", "agents[0].keys[1]");
    assertThat(call.out()).isEmpty();
  }

  @Test
  void aTrustFileMustNotHoldAPrivateKey() throws IOException {
    assertThat(call().execute("keys", "new", "pm.jwk")).isZero();
    trust(entry("pm.jwk", ", d: \"%s\"".formatted(privateHalf("pm.jwk"))));

    TestingCall call = call();
    assertThat(call.execute("keys", "check", "trust.yaml")).isEqualTo(2);
    assertThat(call.err()).contains("trust.yaml:").doesNotContain(privateHalf("pm.jwk"));
  }

  @Test
  void keysByItselfIsNoCommandAndSaysWhereToLook() {
    TestingCall call = call();
    assertThat(call.execute("keys")).isEqualTo(2);
    assertThat(call.err()).contains("Missing required subcommand", "ops-agent keys --help");
  }

  private TestingCall call() {
    return new TestingCall().in(folder);
  }

  private SigningKey read(String name) {
    return KeyFiles.read(folder.resolve(name));
  }

  private String privateHalf(String name) throws IOException {
    return Json.readTree(Files.readAllBytes(folder.resolve(name))).path("d").asString();
  }

  private void permit(String permissions) throws IOException {
    Files.setPosixFilePermissions(
        folder.resolve("pm.jwk"), PosixFilePermissions.fromString(permissions));
  }

  private String entry(String name, String more) {
    SigningKey key = read(name);
    return "      - {id: \"%s\", publicKey: \"%s\"%s}\n".formatted(key.id(), key.publicKey(), more);
  }

  private void trust(String... entries) throws IOException {
    String yaml =
        """
        version: 1
        agents:
          - name: pm
            keys:
        """;
    Files.writeString(
        folder.resolve("trust.yaml"),
        yaml + String.join("", entries) + "    evidence: [qa.result]\n");
  }
}
