package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Peers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What holds for every command alike. */
class ConventionsTest {
  private final TestingCall call =
      new TestingCall()
          .with(_ -> {
            throw new AssertionError("no broker may be asked");
          })
          .variable("OPS_AGENT_CONFIG", "absent.yaml")
          .variable("CLICOLOR", "1");

  static List<String> commands() {
    return new TestingCall().commandNames();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpNeedsNeitherConfigurationNorBrokerAndHasExamples(String command) {
    assertThat(call.execute(command, "--help")).isZero();
    assertThat(call.out()).startsWith("Usage: ops-agent " + command).contains("Examples:");
    assertThat(call.out()).doesNotContain("\u001b");
    assertThat(call.err()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpFitsEightyColumns(String command) {
    call.execute(command, "--help");

    assertThat(call.out().lines()).allSatisfy(it -> assertThat(it.length()).isLessThan(81));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpCommandExplainsEachCommandAsItsOptionDoes(String command) {
    assertThat(call.execute("help", command)).isZero();
    assertThat(call.out()).startsWith("Usage: ops-agent " + command);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void unknownOptionIsAUsageErrorOnStderrOnly(String command) {
    assertThat(call.execute(command, "--no-such-option")).isEqualTo(2);
    assertThat(call.out()).isEmpty();
    assertThat(call.err()).contains("could not run ops-agent " + command, "fix:");
    assertThat(call.err()).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void errorsForProgramsAreOneJsonDocumentOnStderr(String command) {
    assertThat(call.execute(command, "--no-such-option", "-o", "json")).isEqualTo(2);

    JsonNode error = Json.readTree(call.err().getBytes(StandardCharsets.UTF_8));
    assertThat(error.propertyNames())
        .containsExactly("code", "action", "cause", "fix", "retryable", "validValues");
    assertThat(error.get("code").asString()).isEqualTo("INVALID_PARAMETERS");
    assertThat(call.out()).isEmpty();
  }

  @Test
  void misspeltCommandNamesTheNearestOneAndAllOthers() {
    assertThat(call.execute("dispach", "--json")).isEqualTo(2);

    JsonNode error = Json.readTree(call.err().getBytes(StandardCharsets.UTF_8));
    assertThat(error.get("fix").asString()).contains("did you mean dispatch?");
    assertThat(error.get("validValues").toString()).contains("watch", "replay", "worker");
  }

  @ParameterizedTest
  @EnumSource
  void everyExitCodeIsExplained(ExitCode code) {
    assertThat(call.execute("help", "exit-codes")).isZero();
    assertThat(call.out().lines())
        .anySatisfy(it -> assertThat(it.strip()).startsWith(code.code() + " "));
  }

  @ParameterizedTest
  @EnumSource
  void exitCodesAreDataForPrograms(Format format) {
    assertThat(call.execute("help", "exit-codes", "-o", format.name())).isZero();
    assertThat(call.out()).contains("succeeded", "timed-out").doesNotContain("\u001b");
  }

  @Test
  void completionIsAScriptForBashAndZsh() {
    assertThat(call.execute("completion")).isZero();
    assertThat(call.out()).startsWith("#!/usr/bin/env bash").contains("bashcompinit", "dispatch");
  }

  @Test
  void doctorTellsEachFindingAsData() {
    assertThat(call.variable("PATH", "/nonexistent").execute("doctor", "--json")).isZero();

    JsonNode report = Json.readTree(call.out().getBytes(StandardCharsets.UTF_8));
    assertThat(report.get("healthy").asBoolean()).isTrue();
    assertThat(report.get("findings")).hasSizeGreaterThan(5);
    assertThat(report.get("findings").get(1).get("found").asBoolean()).isFalse();
    assertThat(report.get("findings").get(1).get("cost").asString()).isNotEmpty();
  }

  @Test
  void doctorFindsWhatIsInstalledWithItsVersion() {
    Peers.require("git", "install git");

    assertThat(call.variable("PATH", Peers.searchPath()).execute("doctor")).isZero();
    assertThat(call.out()).containsPattern("found +git +git version \\d");
  }

  @Test
  void doctorShowsWhatAMissingProgramCosts() {
    assertThat(call.variable("PATH", "/nonexistent").execute("doctor")).isZero();
    assertThat(call.out()).contains("✔ found    java", "· missing  npm", "so: push cannot pack");
  }
}
