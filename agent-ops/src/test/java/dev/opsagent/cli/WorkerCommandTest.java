package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerCommandTest {
  @TempDir Path folder;

  @Test
  void checkConfigPrintsEachValueWithItsSourceAndSecretsByNameOnly() throws IOException {
    Files.writeString(
        folder.resolve("ops-agent.yaml"),
        """
        group: blue
        registries:
          npm: {url: "http://r.example", credential: token}
        secrets:
          token: {env: NPM_TOKEN}
        """);
    TestingCall call =
        new TestingCall()
            .in(folder)
            .variable("NPM_TOKEN", "hunter2")
            .variable("KAFKA_BOOTSTRAP_SERVERS", "broker:9092");

    assertThat(call.execute("worker", "--check-config", "--http-port", "0")).isZero();
    assertThat(call.out())
        .containsPattern("group +blue +\\(ops-agent.yaml:1:8\\)")
        .containsPattern("bootstrap +broker:9092 +\\(\\$KAFKA_BOOTSTRAP_SERVERS\\)")
        .containsPattern("http.port +0 +\\(--http-port\\)")
        .containsPattern("secrets.token.env +NPM_TOKEN ")
        .doesNotContain("hunter2");
  }

  @Test
  void wrongConfigurationIsRefusedWithItsPlaceAndNothingStarts() throws IOException {
    Files.writeString(folder.resolve("ops-agent.yaml"), "grop: blue\n");
    TestingCall call = new TestingCall().in(folder);

    assertThat(call.execute("worker")).isEqualTo(2);
    assertThat(call.out()).isEmpty();
    assertThat(call.err()).contains("ops-agent.yaml:1:1: unknown key grop; did you mean group?");
  }

  @Test
  void aWorkerWithoutATrustFileTrustsAKeyOfItsOwnAndSaysSo() {
    Path key = folder.resolve("home/.local/state/ops-agent/keys/operator.jwk");
    TestingCall call = new TestingCall().in(folder);

    assertThat(call.execute("worker")).isZero();

    assertThat(call.err()).contains("no trust file is named", key.toString());
    assertThat(key).exists();
    assertThat(key.resolveSibling("trust.yaml")).exists();
  }

  @Test
  void aWorkerThatAsksForNoSignaturesMakesNoKey() {
    TestingCall call = new TestingCall().in(folder);

    assertThat(call.execute("worker", "--signatures", "off")).isZero();

    assertThat(folder.resolve("home/.local/state/ops-agent/keys")).doesNotExist();
  }
}
