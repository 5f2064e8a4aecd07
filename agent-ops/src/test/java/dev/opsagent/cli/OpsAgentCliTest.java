package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class OpsAgentCliTest {

  @Test
  void versionOptionPrintsTheVersionOfTheBuildAndSucceeds() {
    var out = new StringWriter();

    var exitCode =
        OpsAgentCli.commandLine().setOut(new PrintWriter(out, true)).execute("--version");

    assertThat(exitCode).isZero();
    assertThat(out.toString()).matches("ops-agent \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
  }

  @Test
  void callWithoutSubCommandExplainsItselfOnStderrAndIsAUsageError() {
    var err = new StringWriter();

    var exitCode = OpsAgentCli.commandLine().setErr(new PrintWriter(err, true)).execute();

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required subcommand", "Usage: ops-agent");
  }
}
