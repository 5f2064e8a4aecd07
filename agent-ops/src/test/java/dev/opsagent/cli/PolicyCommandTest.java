package dev.opsagent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.AuditDraft;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PolicyCommandTest {
  private static final Target TARGET = new Target("local", "shop");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder;

  private final TestingBus bus = new TestingBus();
  private final TestingCall call = new TestingCall().with(bus::open);

  @Test
  void checkPrintsPathOwnerAndRuleWithTabs() {
    assertThat(call.execute("policy", "check", "Dockerfile", "src/app.py")).isZero();
    assertThat(call.out())
        .isEqualTo(
            """
            Dockerfile\tops\tnames/containers
            src/app.py\tengineer\tsources/source-folders
            """);
  }

  @Test
  void checkReadsPathsFromStdin() {
    assertThat(call.stdin("infra/main.tf\ndocs/deploy.md").execute("policy", "check", "-"))
        .isZero();
    assertThat(call.out().lines())
        .containsExactly(
            "infra/main.tf\tops\tnames/infrastructure",
            "docs/deploy.md\tdocumentation\tdocuments/texts");
  }

  @Test
  void checkForProgramsIsOneList() {
    assertThat(call.execute("policy", "check", "Jenkinsfile", "--json")).isZero();

    JsonNode list = Json.readTree(call.out().getBytes(UTF_8));
    assertThat(list.at("/0/path").asString()).isEqualTo("Jenkinsfile");
    assertThat(list.at("/0/owner").asString()).isEqualTo("ops");
    assertThat(list.at("/0/rule").asString()).isEqualTo("names/pipelines");
  }

  @Test
  void whatIsNoPathBelongsToNobodyAndIsAUsageError() {
    String input = "../x\n/etc/passwd\na\u001bb\n" + "a".repeat(100_000) + "\nDockerfile\n";

    assertThat(call.stdin(input).execute("policy", "check", "-")).isEqualTo(2);
    assertThat(call.out().lines().filter(it -> it.endsWith("\tnobody\tbuilt-in/not-a-path")))
        .hasSize(4);
    assertThat(call.out()).doesNotContain("\u001b").contains("Dockerfile\tops");
    assertThat(call.err()).contains("4 of them");
  }

  @Test
  void explainNamesTierRuleLosersMarkersAndPointers() {
    assertThat(call.execute("policy", "explain", "compose.yaml")).isZero();
    assertThat(call.out())
        .contains("owner: ops (names/containers)", "first", "lost", "rest/application")
        .contains("shared (shared/compose)", "data-engineer /services/{migrate")
        .contains(OwnershipMap.standard().digest());
  }

  @Test
  void explainForProgramsIsOneDocument() {
    assertThat(call.execute("policy", "explain", "scripts/deploy/x.py", "--json")).isZero();

    JsonNode told = Json.readTree(call.out().getBytes(UTF_8));
    assertThat(told.at("/judgement/owner").asString()).isEqualTo("ops");
    assertThat(told.at("/contents").size()).isGreaterThan(1);
  }

  @Test
  void explainRefusesWhatIsNoPath() {
    assertThat(call.execute("policy", "explain", "../x")).isEqualTo(2);
    assertThat(call.err()).contains("could not explain the path");
  }

  @Test
  void theMapOfTheConfigurationIsAsked() throws IOException {
    Files.writeString(folder.resolve("own.yaml"), ownMap("Dockerfile"));
    Files.writeString(folder.resolve("ops-agent.yaml"), "policy: {ownership: own.yaml}\n");

    assertThat(call.in(folder).execute("policy", "check", "Dockerfile", "main.tf")).isZero();
    assertThat(call.out()).contains("Dockerfile\tops\tours/files", "main.tf\tengineer\trest/all");
  }

  @Test
  void fault_35_aMissingOrMalformedMapIsNeverReplacedByTheDefault() throws IOException {
    assertThat(
            call.variable("OPS_AGENT_POLICY_OWNERSHIP", "absent.yaml")
                .in(folder)
                .execute("policy", "check", "Dockerfile"))
        .isEqualTo(2);
    assertThat(call.out()).isEmpty();
    assertThat(call.err()).contains("absent.yaml:1:1: the map of owners cannot be read");

    Files.writeString(folder.resolve("absent.yaml"), "version: 1\ntiers: [\n");
    assertThat(call.execute("policy", "check", "Dockerfile")).isEqualTo(2);
    assertThat(call.out()).isEmpty();

    Files.writeString(folder.resolve("absent.yaml"), ownMap("Dockerfile").replace("ops", "nobody"));
    assertThat(call.execute("worker", "--check-config")).isEqualTo(2);
    assertThat(call.err()).contains("absent.yaml:5:").contains("tiers[0].rules[0].owner");
  }

  @Test
  void fault_35_anOverlapIsToldWithRulesPathAndPlace() throws IOException {
    String overlap =
        ownMap("deploy/**")
            .replace("tiers:\n", "tiers:\n")
            .replace(
                "  - name: rest",
                "      - {name: texts, owner: documentation, paths: [\"**/*.md\"]}\n  - name: rest");
    Files.writeString(folder.resolve("own.yaml"), overlap);

    assertThat(call.in(folder).execute("policy", "check", "--map", "own.yaml", "x")).isEqualTo(2);
    assertThat(call.err())
        .contains(
            "own.yaml:6:", "ours/files (ops, deploy/**)", "ours/texts (documentation, **/*.md)")
        .contains("both claim deploy/.md");
  }

  @Test
  void diffTellsWhatChangesOwner() throws IOException {
    Files.writeString(folder.resolve("old.yaml"), ownMap("deploy/**"));
    Files.writeString(folder.resolve("new.yaml"), ownMap("deploy/*.sh"));

    assertThat(call.in(folder).execute("policy", "diff", "old.yaml", "new.yaml")).isZero();
    assertThat(call.out())
        .startsWith("deploy/")
        .contains("ops (ours/files)", "engineer (rest/all)");
    assertThat(call.execute("policy", "diff", "default", "default")).isZero();
  }

  @Test
  void replayListsPastTasksThatTheNewMapWouldHaveRefused() throws IOException {
    Files.writeString(folder.resolve("old.yaml"), ownMap("deploy/**"));
    Files.writeString(folder.resolve("new.yaml"), ownMap("deploy/*.sh"));
    planned("t-1", "deploy/a.yaml");
    planned("t-2", "deploy/a.sh");

    assertThat(
            call.in(folder).execute("policy", "diff", "old.yaml", "new.yaml", "--replay", "--json"))
        .isZero();
    JsonNode refused = Json.readTree(call.out().getBytes(UTF_8)).get("refused");
    assertThat(refused).hasSize(1);
    assertThat(refused.at("/0/taskId").asString()).isEqualTo("t-1");
    assertThat(refused.at("/0/path").asString()).isEqualTo("deploy/a.yaml");
    assertThat(refused.at("/0/address").asString()).isEqualTo("ops.audit/0@0");
    assertThat(call.err()).contains("2 plans of past tasks read; 0 are no longer on the bus");
  }

  private final AuditChain chain = new AuditChain();

  private void planned(String task, String path) {
    String digest = Digests.sha256(task);
    PlanReport plan =
        new PlanReport(
            digest,
            List.of(
                new PlannedStepReport("write", "write", "reversible", List.of(), List.of(path))));
    bus.write(
        chain.seal(
            new AuditDraft(
                TARGET,
                Optional.of(task),
                "planned",
                "ops-agent",
                "planned",
                Optional.empty(),
                Optional.of(digest),
                List.of(),
                NOW)));
    bus.write(
        new StatusReport(
            task,
            "push",
            TARGET,
            TaskState.RUNNING,
            1,
            Optional.empty(),
            Optional.empty(),
            Optional.of(plan),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            NOW));
  }

  private static String ownMap(String glob) {
    return """
    version: 1
    tiers:
      - name: ours
        rules:
          - {name: files, owner: ops, paths: ["%s"]}
      - name: rest
        rules:
          - {name: all, owner: engineer, paths: ["**"]}
    markers: []
    shared: []
    """
        .formatted(glob);
  }
}
