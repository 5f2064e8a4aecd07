package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpsAgentCliTest {
  private final TestingCall call = new TestingCall();

  @Test
  void versionOptionPrintsTheVersionOfTheBuildAndSucceeds() {
    assertThat(call.execute("--version")).isZero();
    assertThat(call.out()).matches("ops-agent \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
  }

  @Test
  void callWithoutSubCommandExplainsItselfOnStderrAndIsAUsageError() {
    assertThat(call.execute()).isEqualTo(2);
    assertThat(call.out()).isEmpty();
    assertThat(call.err()).contains("Missing required subcommand", "ops-agent --help");
  }
}
