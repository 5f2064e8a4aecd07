package dev.opsagent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class EnvironmentsCommandTest {
  @TempDir private Path folder;

  private final TestingCall call =
      new TestingCall()
          .with(_ -> {
            throw new AssertionError("no broker may be asked");
          });

  @BeforeEach
  void declare() throws IOException {
    call.in(folder);
    Files.writeString(folder.resolve("ops-agent.yaml"), "environments: {file: e.yaml}\n");
    Files.writeString(
        folder.resolve("e.yaml"),
        """
        version: 1
        environments:
          - {name: local, kind: local, runtime: process}
          - name: production
            kind: production
            runtime: docker
            engine: unix:///run/docker.sock
            promotesFrom: local
            verification: {http: {path: /health}, soak: 30s}
            limits: {cpus: 0.5, memory: 512Mi}
        """);
  }

  @Test
  void textIsATable() {
    assertThat(call.execute("environments")).isZero();
    assertThat(call.out())
        .isEqualTo(
            """
            NAME        KIND        RUNTIME  PROTECTED  PROMOTES FROM  STRATEGIES  WALL      FROZEN
            local       local       process  no         -              recreate    none      no
            production  production  docker   yes        local          recreate    landlock  no
            """);
    assertThat(call.err()).isEmpty();
  }

  @Test
  void jsonHasEveryFieldWithItsDefault() {
    assertThat(call.execute("environments", "--json")).isZero();

    JsonNode production = Json.readTree(call.out().getBytes(UTF_8)).get(1);
    assertThat(production)
        .isEqualTo(
            Json.readTree(
                """
                {
                  "name": "production",
                  "kind": "production",
                  "runtimes": ["docker"],
                  "engine": "unix:///run/docker.sock",
                  "strategies": ["recreate"],
                  "promotesFrom": "local",
                  "verification": {
                    "http": {"path": "/health", "status": 200},
                    "attempts": 20,
                    "interval": "PT0.5S",
                    "deadline": "PT1M",
                    "soak": "PT30S",
                    "metrics": []
                  },
                  "limits": {"cpus": 0.5, "memory": 536870912, "replicas": 10},
                  "recovery": "PT15M",
                  "freezes": [],
                  "frozenBy": [],
                  "protected": true,
                  "sandbox": "landlock"
                }
                """
                    .getBytes(UTF_8)));
  }

  @Test
  void freezesAreToldWithWhichOfThemHoldNow() throws IOException {
    Files.writeString(
        folder.resolve("e.yaml"),
        """
        version: 1
        environments:
          - name: web
            kind: staging
            runtime: docker
            freezes:
              - {name: century, from: 2001-01-01T00:00, to: 2100-01-01T00:00, zone: Europe/Berlin}
              - {name: over, from: 2001-01-01T00:00, to: 2002-01-01T00:00, zone: UTC, holds: all}
        """);

    assertThat(call.execute("environments")).isZero();
    assertThat(call.out()).endsWith("landlock  century until 2099-12-31T23:00:00Z\n");

    assertThat(call.execute("environments", "-o", "jsonl")).isZero();
    JsonNode told = Json.readTree(call.out().lines().toList().getLast().getBytes(UTF_8));
    assertThat(told.path("frozenBy"))
        .isEqualTo(
            Json.readTree(
                "[{\"freeze\": \"century\", \"until\": \"2099-12-31T23:00:00Z\"}]"
                    .getBytes(UTF_8)));
    assertThat(told.at("/freezes/1"))
        .isEqualTo(
            Json.readTree(
                """
                {
                  "name": "over",
                  "window": {"from": "2001-01-01T00:00:00", "to": "2002-01-01T00:00:00"},
                  "zone": "UTC",
                  "except": [],
                  "holds": "all"
                }
                """
                    .getBytes(UTF_8)));
  }

  @Test
  void jsonTellsWhereAClusterIs() throws IOException {
    Files.writeString(
        folder.resolve("e.yaml"),
        """
        version: 1
        environments:
          - name: cluster
            kind: staging
            runtime: kubernetes
            kubernetes: {namespace: shop, kubeconfig: /etc/ops-agent/kubeconfig}
        """);

    assertThat(call.execute("environments", "--json")).isZero();

    assertThat(Json.readTree(call.out().getBytes(UTF_8)).get(0).path("kubernetes"))
        .isEqualTo(
            Json.readTree(
                "{\"namespace\": \"shop\", \"kubeconfig\": \"/etc/ops-agent/kubeconfig\"}"
                    .getBytes(UTF_8)));
  }

  @Test
  void jsonLinesAreOneEnvironmentEachAndYamlIsOneList() {
    assertThat(call.execute("environments", "-o", "jsonl")).isZero();
    assertThat(call.out().lines())
        .hasSize(2)
        .allSatisfy(it -> assertThat(it).startsWith("{\"name\":\""));

    assertThat(call.execute("environments", "-o", "yaml")).isZero();
    assertThat(call.out()).contains("- name: \"local\"", "- name: \"production\"");
  }

  @Test
  void theWallIsThatOfTheStricterSide() {
    call.variable("OPS_AGENT_SANDBOX_REQUIRE", "local=bubblewrap");

    assertThat(call.execute("environments")).isZero();
    assertThat(call.out()).containsPattern("local .* bubblewrap +no\n");
  }

  @Test
  void withoutAFileTheNamedEnvironmentsAreListed() throws IOException {
    Files.writeString(folder.resolve("ops-agent.yaml"), "environments: [local, staging]\n");

    assertThat(call.execute("environments")).isZero();
    assertThat(call.out())
        .containsPattern(
            "local +local +process,docker,compose +no +- +recreate,blue-green,canary,rolling +none +no\n")
        .containsPattern(
            "staging +local +process,docker,compose +no +- +recreate,blue-green,canary,rolling +landlock +no\n");
  }

  @Test
  void anUnsoundFileIsRefusedHereAndByCheckConfigWithItsPlace() throws IOException {
    Files.writeString(
        folder.resolve("e.yaml"),
        "version: 1\nenvironments:\n  - {name: a, kind: dev, runtime: docker, promotesFrom: b}\n");

    assertThat(call.execute("environments")).isEqualTo(2);
    assertThat(call.out()).isEmpty();
    assertThat(call.err())
        .contains("could not use the environments:")
        .contains("e.yaml:3:43: environments[0].promotesFrom names no environment");
    assertThat(call.execute("worker", "--check-config")).isEqualTo(2);
    assertThat(call.out()).isEmpty();
  }
}
