package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static final String MINIMAL =
      """
      {"taskId": "t-1", "operation": "push", "requestedBy": "pm",
       "target": {"environment": "local", "service": "web"}}
      """;

  @Test
  void aDispatchWithoutItsOptionalPartsGetsSaneDefaults() {
    TaskDispatch dispatch = Json.read(bytes(MINIMAL), TaskDispatch.class);

    assertThat(dispatch.parameters().isEmpty()).isTrue();
    assertThat(dispatch.requirements()).isEqualTo(Requirements.NONE);
    assertThat(dispatch.requiredEvidence()).isEmpty();
    assertThat(dispatch.dryRun()).isFalse();
    assertThat(dispatch.repository()).isEmpty();
    assertThat(dispatch.instruction()).isEmpty();
  }

  @Test
  void aRecordReadsBackAsItWasWritten() {
    TaskDispatch dispatch = Json.read(bytes(MINIMAL), TaskDispatch.class);

    assertThat(Json.read(Json.write(dispatch), TaskDispatch.class)).isEqualTo(dispatch);
  }

  @Test
  void absentComponentsAreOmittedAndTimesAreIso8601() {
    Requirements requirements =
        new Requirements(
            Optional.of(Instant.parse("2026-01-02T03:04:05Z")),
            Optional.of(Duration.ofMinutes(90)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThat(new String(Json.write(requirements), StandardCharsets.UTF_8))
        .isEqualTo("{\"deadline\":\"2026-01-02T03:04:05Z\",\"timeout\":\"PT1H30M\"}");
  }

  @Test
  void decisionsAreLowerCaseEvidenceKindsDottedAndStatesByName() {
    assertThat(Json.tree(TaskResolve.Decision.ABANDON).asString()).isEqualTo("abandon");
    assertThat(Json.tree(EvidenceKind.RELEASE_TAG).asString()).isEqualTo("vcs.release-tag");
    assertThat(Json.tree(TaskState.IN_DOUBT).asString()).isEqualTo("IN_DOUBT");
  }

  private record Stored(String name, List<String> list, long number, Optional<String> maybe) {}

  @Test
  void whatAnotherReleaseWroteMayHaveMoreOrLessOfWhatCanBeEmptyAndNothingElse() {
    Stored bare = new Stored("it", List.of(), 0, Optional.empty());

    assertThat(Json.readAcrossReleases(bytes("{\"name\": \"it\", \"later\": {}}"), Stored.class))
        .isEqualTo(bare);
    refused("name", () -> Json.readAcrossReleases(bytes("{\"later\": 1}"), Stored.class));
  }

  @Test
  void anUnknownFieldIsRefusedByItsPath() {
    refused(
        "target.secret",
        () ->
            Json.read(
                bytes(MINIMAL.replace("\"service\"", "\"secret\": \"hunter2\", \"service\"")),
                TaskDispatch.class));
  }

  @Test
  void aMissingFieldIsRefusedByItsPath() {
    refused(
        "requestedBy",
        () ->
            Json.read(bytes(MINIMAL.replace("\"requestedBy\": \"pm\",", "")), TaskDispatch.class));
  }

  @Test
  void aMissingFieldOfAReportIsRefusedByItsPath() {
    refused("environment", () -> Json.read(bytes("{\"service\": \"web\"}"), Target.class));
    refused(
        "changes",
        () ->
            Json.read(
                bytes(
                    """
                    {"taskId": "t", "operation": "push", "state": "RUNNING", "revision": 1,
                     "target": {"environment": "local", "service": "web"},
                     "deliverables": [], "at": "2026-01-02T03:04:05Z"}
                    """),
                StatusReport.class));
  }

  @Test
  void aWrongTypeIsRefusedWithoutRepeatingTheValue() {
    ThrowingCallable reading =
        () ->
            Json.read(
                bytes("{\"taskId\": \"t\", \"requiredEvidence\": [\"hunter2\"]}"),
                TaskDispatch.class);

    refused("requiredEvidence[0]", reading);
    assertThatThrownBy(reading)
        .hasMessageNotContaining("hunter2")
        .hasMessageContaining("qa.result");
  }

  @Test
  void aValueThatARecordRefusesIsNamedByItsPath() {
    refused(
        "target.environment",
        () -> Json.read(bytes(MINIMAL.replace("\"local\"", "\"--local\"")), TaskDispatch.class));
  }

  @Test
  void deepNestingLongNumbersDuplicateKeysAndLargeDocumentsAreRefused() {
    refused("", () -> Json.readTree(bytes("[".repeat(100_000))));
    refused("", () -> Json.readTree(bytes("{\"a\":".repeat(100_000))));
    refused("", () -> Json.readTree(bytes("[" + "9".repeat(1_000_000) + "]")));
    refused("", () -> Json.readTree(bytes("{\"a\": 1, \"a\": 2}")));
    refused("", () -> Json.readTree(bytes("\"" + "a".repeat(Json.MAX_BYTES) + "\"")));
    refused("", () -> Json.readTree(bytes("{\"hunter2")));
    refused("", () -> Json.readTree(bytes("{} {}")));
    refused("", () -> Json.readTree(bytes("")));
  }

  @Test
  void nestingUpToTheLimitIsRead() {
    String nested = "[".repeat(Json.MAX_NESTING) + "]".repeat(Json.MAX_NESTING);

    assertThat(Json.readTree(bytes(nested)).isArray()).isTrue();
    refused("", () -> Json.readTree(bytes("[" + nested + "]")));
  }

  @Test
  void hostileFieldNamesAreCutAndPrintedPlain() {
    String name = "\\u001b[31m" + "x".repeat(900);

    assertThatThrownBy(() -> Json.read(bytes("{\"" + name + "\": 1}"), Target.class))
        .isInstanceOf(InvalidMessage.class)
        .satisfies(e -> assertThat(((InvalidMessage) e).field()).hasSizeLessThan(210))
        .hasMessageNotContaining("\u001b");
  }

  @Test
  void canonicalJsonDoesNotDependOnFormatting() {
    byte[] one =
        Json.canonical(Json.readTree(bytes("{\"b\": [1.50, 100], \"a\": {\"d\":1,\"c\":2}}")));
    byte[] two =
        Json.canonical(Json.readTree(bytes("{\"a\":{\"c\":2,\"d\":1.0},\"b\":[1.5,1e2]}")));

    assertThat(one).isEqualTo(two);
  }

  @Test
  void yamlReadsAsTheSameRecord() {
    String yaml =
        """
        # a comment
        taskId: t-1
        operation: push
        requestedBy: pm
        target: {environment: local, service: web}
        """;

    assertThat(Json.readYaml(bytes(yaml), TaskDispatch.class))
        .isEqualTo(Json.read(bytes(MINIMAL), TaskDispatch.class));
    assertThat(Json.readYaml(bytes(MINIMAL), TaskDispatch.class))
        .isEqualTo(Json.read(bytes(MINIMAL), TaskDispatch.class));
  }

  @Test
  void yamlMayHoldPairsOfSurrogatesAnywhere() {
    for (int i = 0; i < 4; i++) {
      String text = "x".repeat(i) + "\uD83D\uDE80".repeat(5000);
      assertThat(Json.readYamlTree(bytes("a: \"" + text + "\"")).path("a").asString())
          .isEqualTo(text);
    }
  }

  @Test
  void yamlAliasesAnchorsTagsDuplicatesAndSecondDocumentsAreRefused() {
    refused("a", () -> Json.readYamlTree(bytes("a: &x [1]\nb: *x\n")));
    refused("b", () -> Json.readYamlTree(bytes("b: *x\n")));
    refused("a", () -> Json.readYamlTree(bytes("a: !!java.net.URL [\"http://x\"]\n")));
    refused("a.b[1]", () -> Json.readYamlTree(bytes("a: {b: [1, !!str 2]}\n")));
    refused("", () -> Json.readYamlTree(bytes("a: 1\na: 2\n")));
    refused("", () -> Json.readYamlTree(bytes("a: 1\n---\na: 2\n")));
    refused("", () -> Json.readYamlTree(bytes("a: [".repeat(100_000))));
    refused("", () -> Json.readYamlTree(bytes("")));
  }

  @Test
  void topicsCarryPrefixAndFleetButAgentsTopicsAreShared() {
    Topics topics = Topics.of(Optional.of("acme"), Optional.of("production"));

    assertThat(topics.tasks()).isEqualTo("acme.pm.tasks.production");
    assertThat(topics.context()).isEqualTo("acme.agents.context");
    assertThat(Topics.DEFAULT.deadLetters()).isEqualTo("pm.tasks.dlq");
    assertThat(List.of(TopicRole.values()))
        .allSatisfy(role -> assertThat(Topics.DEFAULT.name(role)).isEqualTo(role.defaultName()));
    refused("fleet", () -> Topics.of(Optional.empty(), Optional.of("dlq")));
    refused("prefix", () -> Topics.of(Optional.of("a b"), Optional.empty()));
  }

  private static void refused(String field, ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOf(InvalidMessage.class)
        .satisfies(e -> assertThat(((InvalidMessage) e).field()).isEqualTo(field))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
