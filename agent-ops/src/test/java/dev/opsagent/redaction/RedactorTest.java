package dev.opsagent.redaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.redaction.Redactor.Redacted;
import dev.opsagent.testing.Encodings;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RedactorTest {
  private static final String PLAIN = "correct-horse-battery-staple-0815";
  private static final String HARD = "p@ss/w0rd \"quoted\" & <Käse> it's $x\\y%41+z";
  private static final String LINES =
      "first line of a secret that is long enough\nand-the-second/line+of=it\nthird line, the last";

  private static final Map<String, String> SECRETS =
      Map.of("plain", PLAIN, "hard", HARD, "lines", LINES);

  private final Redactor redactor = Redactor.of(SECRETS);

  static Stream<Arguments> everySecretInEveryEncoding() {
    return Encodings.all().keySet().stream()
        .flatMap(encoding -> SECRETS.keySet().stream().map(it -> Arguments.of(encoding, it)));
  }

  @ParameterizedTest
  @MethodSource("everySecretInEveryEncoding")
  void aSecretIsHiddenInEveryEncoding(String encoding, String name) {
    String written = written(encoding, name);
    Redacted shown = redactor.read("before " + written + " after");
    assertThat(shown.found()).as(shown.text()).containsOnlyKeys(name);
    assertThat(shown.text()).startsWith("before ").endsWith(" after").contains(Redactor.MASK);
    String left = shown.text().replace(Redactor.MASK, "").replaceAll("^before | after$", "");
    // The edges of a base64 group are shared with the neighbours; quotes are not the secret.
    assertThat(left.length()).as(left).isLessThan(16);
  }

  @ParameterizedTest
  @MethodSource("everySecretInEveryEncoding")
  void whereATextIsPartedMakesNoDifference(String encoding, String name) {
    byte[] text = ("so: " + written(encoding, name) + ".").getBytes(UTF_8);
    String whole = redactor.text(new String(text, UTF_8));
    assertThat(inPieces(text, () -> 1)).isEqualTo(whole);
    Random random = new Random(7);
    assertThat(inPieces(text, () -> 1 + random.nextInt(9))).isEqualTo(whole);
  }

  @ParameterizedTest
  @MethodSource("everySecretInEveryEncoding")
  void ofASecretThatIsCutOffAnywhereNoMoreThanItsFirstFewCharactersAreSeen(
      String encoding, String name) {
    String written = written(encoding, name);
    String secret = requireNonNull(SECRETS.get(name));
    int few = requireNonNull(Encodings.all().get(encoding)).apply(secret.substring(0, 7)).length();
    for (int end = 1; end <= written.length(); end++) {
      String cut = "so: " + written.substring(0, end) + "…";
      String shown = redactor.text(cut);
      String left = shown.replace(Redactor.MASK, "").replaceAll("^so: |…$", "");
      // The edges of a base64 group are shared with the neighbours.
      assertThat(left.length()).as(cut + " is shown as " + shown).isLessThanOrEqualTo(few + 8);
      byte[] bytes = cut.getBytes(UTF_8);
      assertThat(inPieces(bytes, () -> 1)).as(cut).isEqualTo(shown);
    }
  }

  @Test
  void ofATokenThatIsCutOffNoMoreIsSeenThanOfAWholeOne() {
    assertThat(
            List.of(
                redactor.text("it is ghp_aB3dE5g…"),
                redactor.text("\"it is eyJhbGciOiJIUzI1NiJ9.eyJzdWIi…\""),
                redactor.text("Authorization: Bearer abc.def…"),
                redactor.text("_authToken=012345…"),
                redactor.text("https://me:hunter2…")))
        .containsExactly(
            "it is [secret]…",
            "\"it is [secret]…\"",
            "Authorization: Bearer [secret]",
            "_authToken=[secret]…",
            "https://me:[secret]…");
  }

  @Test
  void whatOnlyBeginsLikeASecretIsHiddenWhereTheTextIsCutAndNowhereElse() {
    Redacted cut = redactor.read("it was " + PLAIN.substring(0, 6) + "…");
    assertThat(cut.text()).isEqualTo("it was [secret]…");
    assertThat(cut.found()).isEqualTo(Map.of("the beginning of a secret", 1));
    assertThat(redactor.known(cut.found())).as("it may be chance").isEmpty();
    for (String text :
        List.of(
            "it was " + PLAIN.substring(0, 6),
            "it was " + PLAIN.substring(0, 6) + " …",
            "it was " + PLAIN.substring(0, 5) + "…",
            "it was " + PLAIN.substring(0, 6) + "–",
            "an Authorization…",
            "http://localhost:8080… and -----BEGIN RSA PRIV…")) {
      assertThat(redactor.read(text)).isEqualTo(new Redacted(text, Map.of()));
    }
  }

  private static String written(String encoding, String name) {
    return requireNonNull(Encodings.all().get(encoding)).apply(requireNonNull(SECRETS.get(name)));
  }

  private String inPieces(byte[] text, java.util.function.IntSupplier length) {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (Redactor.Flow flow = redactor.flow(shown)) {
      for (int at = 0; at < text.length; ) {
        int end = Math.min(text.length, at + length.getAsInt());
        flow.write(text, at, end);
        at = end;
      }
    }
    return shown.toString(UTF_8);
  }

  @Test
  void aLineOfASecretIsHiddenByItself() {
    LINES
        .lines()
        .forEach(line -> assertThat(redactor.text("| " + line + " |")).isEqualTo("| [secret] |"));
  }

  @Test
  void whatIsNoSecretStaysAsItIs() {
    String text =
        """
        added 12 packages in 3s; https://registry.example.com/-/user/org.couchdb.user:me
        ssh://git@host/x.git Authorization: required; npm_config_cache=/tmp eyJhIjoxfQ== \\x41 %%2F
        _authToken=${NPM_TOKEN} sha256:%s commit %s -----BEGIN CERTIFICATE-----
        "signature":"eyJhbGciOiJFZERTQSIsImtpZCI6InBtLTEifQ..D7yYYWyeeaWFj4DXmePDGr8qrpIPDfB",
        { "a": "\\u00e4", "b": [1, 2, 3], "c": "K&auml;se &lt;b&gt;" } correct-horse-battery
        """
            .formatted("ab".repeat(32), "0f".repeat(20));
    assertThat(redactor.read(text)).isEqualTo(new Redacted(text, Map.of()));
  }

  @Test
  void whatLooksLikeATokenIsHiddenThoughNobodyKnowsIt() {
    String word = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5";
    String key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\ndef==\n-----END RSA PRIVATE KEY-----";
    List<String> tokens =
        List.of(
            "ghp_" + word,
            "github_pat_" + word,
            "glpat-" + word.substring(0, 20),
            "npm_" + word,
            "pypi-AgEIcHlwaS5vcmc" + word,
            "AKIAIOSFODNN7EXAMPLE",
            "xoxb-123456789012-abcdefGHIJKL",
            "AIza" + word.substring(0, 35),
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + word,
            "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..aXYxMjM0NTY3ODkw.Y2lwaGVydGV4dA." + word,
            key);
    for (String token : tokens) {
      assertThat(redactor.text("it is " + token + "\nnext")).isEqualTo("it is [secret]\nnext");
      assertThat(inPieces(("it is " + token + "\nnext").getBytes(UTF_8), () -> 1))
          .isEqualTo("it is [secret]\nnext");
    }
  }

  @Test
  void aLoginIsHiddenWhereItStands() {
    assertThat(
            List.of(
                redactor.text("Authorization: Bearer abc.def-ghi"),
                redactor.text("{\"authorization\": \"Basic dXNlcjpwYXNz\"}"),
                redactor.text("AUTHORIZATION=Token 0123456789"),
                redactor.text("https://me:hunter2@host/x https://host/y"),
                redactor.text("//registry.example.com/:_authToken=0123456789abcdef\n"),
                redactor.text("https://0123456789abcdef01234567@host/x")))
        .containsExactly(
            "Authorization: Bearer [secret]",
            "{\"authorization\": \"Basic [secret]\"}",
            "AUTHORIZATION=Token [secret]",
            "https://me:[secret]@host/x https://host/y",
            "//registry.example.com/:_authToken=[secret]\n",
            "https://[secret]@host/x");
  }

  @Test
  void aDocumentStaysADocument() {
    Map<String, Object> document =
        Map.of("a", HARD, "b", List.of("x " + PLAIN, 7), "c", Map.of(PLAIN, true));
    assertThat(Json.readTree(redactor.rewritten(Json.write(document)).orElseThrow()))
        .isEqualTo(
            Json.readTree(
                """
                {"a": "[secret]", "b": ["x [secret]", 7], "c": {"[secret]": true}}
                """
                    .getBytes(UTF_8)));
    byte[] harmless = Json.write(Map.of("a", "b"));
    assertThat(redactor.rewritten(harmless)).isEmpty();
  }

  @Test
  void aShortValueIsHiddenInTextsAndChangesNoDocument() {
    Redactor careless = Redactor.of(Map.of("weak", "local", "weaker", "abc"));
    assertThat(careless.text("local abc")).isEqualTo("[secret] abc");
    byte[] document = Json.write(Map.of("environment", "local"));
    assertThat(careless.rewritten(document)).isEmpty();
    assertThat(careless.known("local")).isEmpty();
    assertThat(redactor.known("it is " + PLAIN)).containsExactly("plain");
  }

  @Test
  void aValueThatWasReplacedIsHiddenForADayMore() {
    AtomicLong now = new AtomicLong();
    Redactor rotating = new Redactor(now::get);
    rotating.learn("token", "the-first-value");
    rotating.learn("token", "the-second-value");
    assertThat(rotating.text("the-first-value the-second-value")).isEqualTo("[secret] [secret]");
    now.addAndGet(Duration.ofHours(25).toNanos());
    rotating.learn("token", "the-second-value");
    assertThat(rotating.text("the-first-value the-second-value"))
        .isEqualTo("the-first-value [secret]");
  }

  @Test
  void eachAppearanceIsCounted() {
    assertThat(redactor.read(PLAIN + " " + PLAIN + " " + written("hex", "hard")).found())
        .isEqualTo(Map.of("plain", 2, "hard", 1));
  }

  @Test
  void anyMixtureOfPartsIsReadToItsEndAndNeverShowsASecret() {
    List<String> parts =
        List.of(
            PLAIN.substring(0, 9),
            PLAIN,
            HARD,
            "\\",
            "\\u00",
            "%",
            "&#x",
            "://",
            ":",
            "@",
            "ghp_",
            "\n",
            "eyJ",
            ".",
            "-----BEGIN PRIVATE KEY",
            "-----END",
            "uthorization",
            "Basic ",
            "=",
            "\\\\\"",
            written("base64", "plain").substring(3),
            written("JSON in JSON", "hard"),
            "Ä",
            "…",
            "\u201c",
            "\ud83d");
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i >= 0; i--) {
        text.append(parts.get(random.nextInt(parts.size())));
      }
      byte[] bytes = text.toString().getBytes(UTF_8);
      String shown = inPieces(bytes, () -> 1 + random.nextInt(20));
      assertThat(shown).as("seed " + seed).isEqualTo(redactor.text(new String(bytes, UTF_8)));
      assertThat(shown).as("seed " + seed).doesNotContain(PLAIN, HARD);
    }
  }
}
