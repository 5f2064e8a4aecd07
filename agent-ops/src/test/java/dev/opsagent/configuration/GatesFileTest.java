package dev.opsagent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.evidence.GatePolicy.Rule;
import dev.opsagent.execution.Gate.Terms;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatesFileTest {
  @TempDir Path folder;

  @Test
  void theOneThatComesAlongIsSoundAndNamesNoUnknownEnvironment() throws IOException {
    GatePolicy shipped =
        ((Answer.Ok<Reloaded<GatePolicy>>) GatesFile.open(Optional.empty())).value().get();
    Path copy = Files.write(folder.resolve("copy.yaml"), GatesFile.standardText());

    assertThat(sound(GatesFile.load(copy))).isEqualTo(shipped);
    assertThat(shipped.unknown(Environments.undeclared(List.of("local")))).isEmpty();
    assertThat(shipped.terms()).isEqualTo(Terms.DEFAULT);
  }

  @Test
  void whatIsLeftOutIsStrict() throws IOException {
    GatePolicy policy =
        sound(
            load(
                """
                version: 1
                waits: {evidence: 90s}
                rules:
                  - name: live
                    operations: [push]
                    environments: [live]
                    evidence: [{kind: qa.result, maxAge: 2h}]
                    approvals: {count: 2}
                """));
    Rule rule = policy.rules().getFirst();

    assertThat(policy.terms().evidence()).isEqualTo(Duration.ofSeconds(90));
    assertThat(policy.terms().approval()).isEqualTo(Terms.DEFAULT.approval());
    assertThat(rule.evidence().getFirst().whenExists()).isFalse();
    assertThat(rule.approvals().orElseThrow().secondPerson()).isTrue();
    assertThat(policy.unknown(Environments.undeclared(List.of("local")))).containsExactly("live");
  }

  @Test
  void everyPlaceThatIsWrongIsNamed() throws IOException {
    List<String> problems =
        unsound(
            load(
                """
                version: 1
                waits: {approval: 60d}
                rules:
                  - name: one
                    operations: [pusch]
                    environments: [production]
                    approvals: {count: 2, from: [ann]}
                  - name: one
                    operations: [push]
                    environments: ["*"]
                    evidence: [{kind: qa.result, maxAge: 0s}]
                """));

    assertThat(problems).hasSize(5);
    assertThat(problems.get(0)).contains("gates.yaml:2:").contains("write 1s to 14d");
    assertThat(problems.get(1)).contains("gates.yaml:5:").contains("is no operation");
    assertThat(problems.get(2)).contains("gates.yaml:7:").contains("name at least 2");
    assertThat(problems.get(3)).contains("gates.yaml:8:").contains("stands twice");
    assertThat(problems.get(4)).contains("gates.yaml:11:").contains("is out of bounds");
  }

  @Test
  void rulesThatTogetherLeaveNobodyAreRefused() throws IOException {
    String rules =
        """
        version: 1
        rules:
          - name: one
            operations: ["*"]
            environments: [production]
            approvals: {count: 1, from: [ann, bob]}
          - name: two
            operations: [%s]
            environments: [%s]
            approvals: {count: 1, from: [cy]}
        """;

    assertThat(unsound(load(rules.formatted("push", "production"))).getFirst())
        .contains("leaves fewer than 1 who may by the rule one as well");
    assertThat(load(rules.formatted("push", "staging"))).isInstanceOf(Loaded.Sound.class);
  }

  private Loaded<GatePolicy> load(String yaml) throws IOException {
    return GatesFile.load(Files.writeString(folder.resolve("gates.yaml"), yaml));
  }

  private static GatePolicy sound(Loaded<GatePolicy> loaded) {
    assertThat(loaded).isInstanceOf(Loaded.Sound.class);
    return ((Loaded.Sound<GatePolicy>) loaded).value();
  }

  private static List<String> unsound(Loaded<GatePolicy> loaded) {
    assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
    return ((Loaded.Unsound<GatePolicy>) loaded)
        .problems().stream().map(Problem::toString).toList();
  }
}
