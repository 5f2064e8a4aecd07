package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventSignatureTest {
  private static final Instant TIME = Instant.parse("2026-11-28T08:00:00Z");
  private static final Target TARGET = new Target("staging", "web");
  private static final TaskCancel CANCEL = new TaskCancel("t-1", TARGET, "pm", "wrong branch");

  /** The key of RFC 8037, appendix A.1. */
  private static final String KNOWN =
      """
      {"kty":"OKP","crv":"Ed25519","kid":"pm-1",
       "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
       "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
      """;

  /** The same in PEM, as OpenSSL writes it. */
  private static final String KNOWN_PEM =
      """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
      -----END PRIVATE KEY-----
      """;

  @TempDir private Path folder;
  private final SigningKey key = SigningKey.generate();

  private static PublicKey half(SigningKey key) {
    return Ed25519Keys.publicKey(key.publicKey());
  }

  private static ProducerRecord<byte[], byte[]> record() {
    return EventCodec.write(
        "pm.control", null, TARGET.key(), CANCEL, "/pm", "e-1", TIME, Optional.empty());
  }

  private static EventSignature signature(byte[] value, Headers headers) {
    return EventCodec.read(value, headers).signature().orElseThrow();
  }

  @Test
  void whatWasSignedVerifiesAndNamesItsKeyAndTime() {
    ProducerRecord<byte[], byte[]> signed = EventCodec.sign(record(), key);

    EventSignature signature = signature(signed.value(), signed.headers());

    assertThat(signature.by(half(key))).isTrue();
    assertThat(signature.keyId()).contains(key.id());
    assertThat(signature.time()).isEqualTo(TIME);
  }

  @Test
  void anotherKeyDoesNotVerify() {
    ProducerRecord<byte[], byte[]> signed = EventCodec.sign(record(), key);

    assertThat(signature(signed.value(), signed.headers()).by(half(SigningKey.generate())))
        .isFalse();
  }

  @Test
  void whatCarriesAnEventMayAddHeaders() {
    ProducerRecord<byte[], byte[]> signed = EventCodec.sign(record(), key);
    signed.headers().add("ops-origin", bytes("CONTROL-2@7"));
    signed
        .headers()
        .add("traceparent", bytes("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

    assertThat(signature(signed.value(), signed.headers()).by(half(key))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "ce_id, e-2",
    "ce_source, /qa",
    "ce_subject, production/web",
    "ce_time, 2026-11-28T08:00:01Z",
    "ce_time, 2026-11-28T09:00:00+01:00",
  })
  void noAttributeCanBeChanged(String header, String other) {
    ProducerRecord<byte[], byte[]> signed = EventCodec.sign(record(), key);
    signed.headers().remove(header).add(header, bytes(other));

    assertThat(signature(signed.value(), signed.headers()).by(half(key))).isFalse();
  }

  @Test
  void noAttributeCanBeTakenAwayAndNoByteChanged() {
    ProducerRecord<byte[], byte[]> signed = EventCodec.sign(record(), key);
    Headers bare = new RecordHeaders(signed.headers()).remove("ce_subject");
    byte[] other =
        text(signed.value())
            .replace("wrong branch", "wrong Branch")
            .getBytes(StandardCharsets.UTF_8);

    assertThat(signature(signed.value(), bare).by(half(key))).isFalse();
    assertThat(signature(other, signed.headers()).by(half(key))).isFalse();
    assertThat(signature(withSpace(signed.value()), signed.headers()).by(half(key))).isFalse();
  }

  @Test
  void aSignedEventHasATime() {
    ProducerRecord<byte[], byte[]> signed = EventCodec.sign(record(), key);
    signed.headers().remove("ce_time");

    assertThatThrownBy(() -> signature(signed.value(), signed.headers()))
        .isInstanceOf(InvalidMessage.class)
        .hasMessageContaining("ce_time");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "..",
        "a.b.c",
        "e30..AAAA",
        "eyJhbGciOiJub25lIiwia2lkIjoicG0ifQ..",
        "eyJhbGciOiJIUzI1NiIsImtpZCI6InBtIn0..AAAA",
        "not base64 at all..%%%",
        "{..}",
      })
  void whatIsNoEd25519SignatureVerifiesNothing(String jws) {
    ProducerRecord<byte[], byte[]> forged = record();
    forged.headers().add("ce_signature", bytes(jws));

    assertThat(signature(forged.value(), forged.headers()).by(half(key))).isFalse();
  }

  @Test
  void aSignatureThatIsTooLongIsNotEvenParsed() {
    ProducerRecord<byte[], byte[]> forged = EventCodec.sign(record(), key);
    String good = text(forged.headers().lastHeader("ce_signature").value());
    forged.headers().remove("ce_signature");
    forged.headers().add("ce_signature", bytes("A".repeat(2000) + good));

    EventSignature signature = signature(forged.value(), forged.headers());

    assertThat(signature.keyId()).isEmpty();
    assertThat(signature.by(half(key))).isFalse();
  }

  @Test
  void anEventInStructuredModeIsSignedInOneLine() {
    String line = EventCodec.signedLine(CANCEL, TARGET.key(), "/pm", "e-1", TIME, key);

    EventCodec.Incoming incoming = EventCodec.read(bytes(line), new RecordHeaders());

    assertThat(line).doesNotContain("\n");
    assertThat(incoming.message()).isEqualTo(CANCEL);
    assertThat(incoming.signature().orElseThrow().by(half(key))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"\"/pm\", \"/qa\"", "staging/web, staging/api", "08:00:00Z, 08:00:01Z"})
  void noAttributeOfStructuredModeCanBeChanged(String part, String other) {
    String line = EventCodec.signedLine(CANCEL, TARGET.key(), "/pm", "e-1", TIME, key);

    String forged = line.replace(part, other);

    assertThat(forged).isNotEqualTo(line);
    assertThat(signature(bytes(forged), new RecordHeaders()).by(half(key))).isFalse();
  }

  @Test
  void jsonWithinAnEventCannotBeSigned() {
    String event =
        """
        {"specversion":"1.0","id":"e-1","source":"/pm","type":"dev.opsagent.task.cancel.v1",
         "time":"2026-11-28T08:00:00Z","signature":"a..b","data":%s}
        """
            .formatted(text(Json.write(CANCEL)));

    assertThatThrownBy(() -> EventCodec.read(bytes(event), new RecordHeaders()))
        .hasMessageContaining("data_base64");
  }

  @Test
  void theFormIsFixedSoThatOtherLanguagesCanSign() throws IOException {
    SigningKey known = usable(KNOWN);
    byte[] input =
        new SignedInput(
                "e-1",
                "/pm",
                "dev.opsagent.task.cancel.v1",
                "staging/web",
                "2026-11-28T08:00:00Z",
                bytes("{}"))
            .bytes();

    assertThat(text(input))
        .isEqualTo(
            """
            ops-agent-event.v1
            e-1
            /pm
            dev.opsagent.task.cancel.v1
            staging/web
            2026-11-28T08:00:00Z
            sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
            """);
    assertThat(known.sign(input))
        .isEqualTo(
            "eyJhbGciOiJFZERTQSIsImtpZCI6InBtLTEifQ.."
                + "-D_7yYYWyeeaWFj4DXmePDGr8qrpIPDfB-NxWXE3F8v5PVoNVe8U39sKNQ0_llD6bWAJLg_k3sof50f1D48uCA");
  }

  @Test
  void aKeyIsReadFromAJwkAndFromPem() throws IOException {
    SigningKey jwk = usable(KNOWN);
    SigningKey pem = usable(KNOWN_PEM);

    assertThat(jwk.id()).isEqualTo("pm-1");
    assertThat(pem.id()).isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assertThat(pem.publicKey())
        .isEqualTo(jwk.publicKey())
        .isEqualTo("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    ProducerRecord<byte[], byte[]> signed = EventCodec.sign(record(), pem);
    assertThat(signature(signed.value(), signed.headers()).by(half(jwk))).isTrue();
  }

  @Test
  void aNewKeyIsWrittenAndReadBack() throws IOException {
    SigningKey again = usable(key.privateJwk());

    assertThat(again.id()).isEqualTo(key.id());
    assertThat(again.publicKey()).isEqualTo(key.publicKey());
  }

  @Test
  void aKeyThatOthersMayReadIsRefused() throws IOException {
    Path file = file(KNOWN);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThat(refusal(file).sentence()).contains("others than its owner").contains("chmod 600");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      })
  void whatIsNoPrivateKeyIsRefusedAndNotRepeated(String content) throws IOException {
    Failure refusal = refusal(file(content));

    assertThat(refusal.code()).isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(refusal.sentence()).doesNotContain("11qYA").doesNotContain("c2VjcmV0");
  }

  @Test
  void aJwkWhoseHalvesDoNotBelongTogetherIsRefused() throws IOException {
    String torn = KNOWN.replace("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", key.publicKey());

    assertThat(refusal(file(torn)).cause()).contains("no private Ed25519 key");
  }

  @Test
  void aMissingFileIsRefused() {
    assertThat(refusal(folder.resolve("none")).cause()).contains("cannot be read");
  }

  private SigningKey usable(String content) throws IOException {
    return switch (SigningKey.read(file(content))) {
      case SigningKey.Reading.Usable(SigningKey usable) -> usable;
      case SigningKey.Reading.Unusable(Failure failure) ->
          throw new AssertionError(failure.sentence());
    };
  }

  private static Failure refusal(Path file) {
    return switch (SigningKey.read(file)) {
      case SigningKey.Reading.Usable _ -> throw new AssertionError("the key was taken");
      case SigningKey.Reading.Unusable(Failure failure) -> failure;
    };
  }

  private Path file(String content) throws IOException {
    Path file = Files.createTempFile(folder, "key", "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return Files.writeString(file, content);
  }

  private static byte[] withSpace(byte[] json) {
    byte[] longer = Arrays.copyOf(json, json.length + 1);
    longer[json.length] = ' ';
    return longer;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
