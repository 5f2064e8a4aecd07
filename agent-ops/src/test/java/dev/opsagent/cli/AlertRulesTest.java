package dev.opsagent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.testing.MonitoringFiles;
import dev.opsagent.testing.MonitoringFiles.Alert;
import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What Prometheus makes of its configuration and the alerts, and what they advise. */
class AlertRulesTest {
  private static final Pattern CALL = Pattern.compile("`ops-agent ([a-z-]+)([^`]*)`");
  private static final Pattern OPTION = Pattern.compile("(?<= )--?[a-z][a-z-]*");

  static List<Alert> alerts() {
    return MonitoringFiles.alerts();
  }

  @Test
  void prometheusTakesTheConfigurationWithItsAlerts() throws Exception {
    assertThat(promtool(MonitoringFiles.prometheus(), "check", "config", "prometheus.yml"))
        .contains(alerts().size() + " rules found");
  }

  @Test
  void everyAlertFiresWhenItShouldAndNotBefore() throws Exception {
    assertThat(promtool(MonitoringFiles.prometheus(), "test", "rules", "alerts.test.yml"))
        .contains("SUCCESS");
  }

  @Test
  void anAlertThatNeverFiresIsFound(@TempDir Path folder) throws Exception {
    Path rules = MonitoringFiles.prometheus();
    Files.copy(rules.resolve("alerts.test.yml"), folder.resolve("alerts.test.yml"));
    String broken =
        Files.readString(rules.resolve("alerts.yml"))
            .replace("ops_agent_targets_held) > 0", "ops_agent_targets_holden) > 0");
    Files.writeString(folder.resolve("alerts.yml"), broken);

    Ran ran = run(folder, "test", "rules", "alerts.test.yml");

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.said()).contains("OpsAgentTargetHeld");
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void anAlertSaysHowBadItIsAndIsTried(Alert alert) throws IOException {
    assertThat(alert.name()).matches("OpsAgent([A-Z][a-z]+)+");
    assertThat(alert.severity()).isIn("critical", "warning");
    assertThat(alert.lasting()).matches("\\d+[smh]");
    assertThat(alert.summary()).isNotBlank().hasSizeLessThan(120);
    assertThat(alert.description()).hasSizeGreaterThan(80);
    assertThat(Files.readString(MonitoringFiles.prometheus().resolve("alerts.test.yml")))
        .contains("alertname=\"" + alert.name() + "\"");
  }

  @Test
  void theCommandsThatAlertsAdviseAreThere() {
    CommandLine root = OpsAgentCli.commandLine(Surroundings.ofProcess());
    List<MatchResult> calls =
        alerts().stream().flatMap(it -> CALL.matcher(it.description()).results()).toList();

    assertThat(calls).isNotEmpty();
    for (MatchResult call : calls) {
      CommandLine command = root.getSubcommands().get(call.group(1));
      assertThat(command).as(call.group()).isNotNull();
      assertThat(command.getCommandSpec().optionsMap().keySet())
          .as(call.group())
          .containsAll(OPTION.matcher(call.group(2)).results().map(it -> it.group()).toList());
    }
  }

  private record Ran(int exit, String said) {}

  private static String promtool(Path folder, String... arguments) throws Exception {
    Ran ran = run(folder, arguments);
    assertThat(ran.exit()).as(ran.said()).isZero();
    return ran.said();
  }

  private static Ran run(Path folder, String... arguments) throws Exception {
    Path program = Peers.require("promtool", "install the Debian package prometheus");
    List<String> call = new ArrayList<>(List.of(program.toString()));
    call.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(call).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ran(process.waitFor(), said);
  }
}
