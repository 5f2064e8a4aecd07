package dev.opsagent.operations.configure;

import static dev.opsagent.testing.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.Effect;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable.ConfigurationChange;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.Change;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.KeyChange;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.Parity;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.SequentialRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigureWalkTest {
  private static final String CHANGE =
      """
      {"file": ".env.local", "set": {"LOG_LEVEL": "debug", "TIMEOUT": 5},
       "unset": ["OLD"], "secrets": {"DB_PASSWORD": "SHOP_DB"}}
      """;

  @TempDir Path folder;
  private ConfigureWorld world;

  @BeforeEach
  void makeWorld() {
    world = new ConfigureWorld(folder);
  }

  @Test
  void settingsBecomeACommitAndTheReportTellsWhatChanged() {
    String base = world.ref("main");
    SequentialRun run = world.run(CHANGE);

    assertThat(run.run()).isEmpty();

    assertThat(world.ref("main~1")).isEqualTo(base);
    assertThat(git(world.remote, "diff", "--name-only", base, "main")).isEqualTo(".env.local");
    assertThat(world.committed(".env.local"))
        .isEqualTo("# of this machine\r\nLOG_LEVEL=debug\r\nDB_PASSWORD=${SHOP_DB}\r\nTIMEOUT=5");
    assertThat(git(world.remote, "log", "-1", "--format=%B", "main"))
        .startsWith("Change DB_PASSWORD, change LOG_LEVEL, remove OLD, add TIMEOUT in .env.local")
        .contains("Ops-Task: task-1");
    assertThat(run.deliverables)
        .last()
        .isEqualTo(
            new ConfigurationChange(
                ".env.local",
                Optional.of(world.ref("main")),
                List.of(
                    new KeyChange(
                        "DB_PASSWORD", Change.CHANGED, Optional.empty(), Optional.of("${SHOP_DB}")),
                    new KeyChange(
                        "LOG_LEVEL", Change.CHANGED, Optional.of("info"), Optional.of("debug")),
                    new KeyChange("OLD", Change.REMOVED, Optional.of("1"), Optional.empty()),
                    new KeyChange("TIMEOUT", Change.ADDED, Optional.empty(), Optional.of("5"))),
                List.of(
                    new Parity(
                        "staging",
                        ".env.staging",
                        List.of("TIMEOUT"),
                        List.of("OLD", "ONLY_THERE"),
                        Optional.empty()))));
    assertThat(run.facts.values().toString()).doesNotContain("hush");
  }

  @Test
  void thePlanNamesTheFileAndTheBranch() {
    SequentialRun run = world.run(CHANGE);
    assertThat(run.resolve()).isEmpty();

    assertThat(run.plan())
        .extracting(PlannedStep::name)
        .containsExactly("compare", "commit", "push");
    assertThat(run.plan()).flatExtracting(PlannedStep::paths).containsExactly(".env.local");
    assertThat(run.plan())
        .flatExtracting(PlannedStep::effects)
        .extracting(Effect::toString)
        .containsExactly("git-refs " + world.remote + " refs/heads/main");
  }

  @Test
  void aFileThatHoldsWhatIsWantedIsNotCommitted() {
    String base = world.ref("main");
    SequentialRun run = world.run("{\"file\": \".env.local\", \"set\": {\"OLD\": \"1\"}}");

    assertThat(run.run()).isEmpty();

    assertThat(run.plan()).extracting(PlannedStep::name).containsExactly("compare");
    assertThat(world.ref("main")).isEqualTo(base);
    assertThat(run.deliverables)
        .singleElement()
        .isInstanceOfSatisfying(
            ConfigurationChange.class, change -> assertThat(change.keys()).isEmpty());
  }

  @Test
  void aFileThatCannotBeReadIsUnknownAndKeepsNothingButParityFromHolding() {
    world.commit(Map.of(".env.staging", "no variable\n"));
    String change = "{\"file\": \".env.local\", \"set\": {\"OLD\": \"2\"}%s}";

    Failure failure = world.run(change.formatted(", \"requireParity\": true")).run().orElseThrow();
    SequentialRun run = world.run(change.formatted(""));

    assertThat(failure.cause()).contains(".env.staging", "line 1");
    assertThat(run.run()).isEmpty();
    assertThat(run.deliverables)
        .last()
        .isInstanceOfSatisfying(
            ConfigurationChange.class,
            made -> {
              assertThat(made.parity())
                  .singleElement()
                  .satisfies(it -> assertThat(it.unknown()).isPresent());
              assertThat(made.keys())
                  .containsExactly(
                      new KeyChange("OLD", Change.CHANGED, Optional.of("1"), Optional.of("2")));
            });
  }

  @Test
  void aConfigMapIsChangedInItsManifest() {
    SequentialRun run =
        world.run(
            "{\"file\": \"k8s/config.yaml\", \"configMap\": \"shop\", \"set\": {\"PORT\": 8080}}");
    assertThat(run.run()).isEmpty();
    assertThat(world.committed("k8s/config.yaml"))
        .isEqualTo(ConfigureWorld.MANIFEST.replace("\"80\"", "\"8080\"").strip());
  }

  @Test
  void unequalKeysAreRefusedWhenParityIsRequired() {
    String base = world.ref("main");
    Failure failure =
        world
            .run(
                """
                {"file": ".env.local", "set": {"LOG_LEVEL": "debug"}, "requireParity": true}
                """)
            .run()
            .orElseThrow();
    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains(".env.staging", "ONLY_THERE");
    assertThat(world.ref("main")).isEqualTo(base);
    assertThat(
            world
                .run(
                    """
                    {"file": ".env.local", "set": {"ONLY_THERE": "1"}, "requireParity": true}
                    """)
                .run())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"file\": \"src/settings.json\", \"set\": {\"a\": 2}}|NOT_MINE|belongs to Engineer",
        "{\"file\": \"package.json\", \"set\": {\"name\": \"y\"}}|NOT_MINE|package.json#/name belongs to Engineer",
        "{\"file\": \".env.staging\", \"set\": {\"A\": \"1\"}}|INVALID_PARAMETERS|another environment",
        "{\"file\": \".env.local\", \"set\": {\"API_TOKEN\": \"x\"}}|INVALID_PARAMETERS|parameters.set.API_TOKEN looks like a secret",
        "{\"file\": \".env.local\", \"set\": {\"URL\": \"https://me:hush@example.com\"}}|INVALID_PARAMETERS|parameters.set.URL looks like a secret",
        "{\"file\": \".env.local\", \"set\": {\"A\": 1}, \"unset\": [\"A\"]}|INVALID_PARAMETERS|more than one",
        "{\"file\": \".env.local\", \"set\": {\"a.b\": 1}}|INVALID_PARAMETERS|no key of such a file",
        "{\"file\": \".env.local\"}|INVALID_PARAMETERS|must hold set, unset or secrets",
        "{\"file\": \"deploy/x.sh\", \"set\": {\"A\": 1}}|INVALID_PARAMETERS|must be a .env file",
        "{\"file\": \"../.env\", \"set\": {\"A\": 1}}|INVALID_PARAMETERS|inside the repository",
        "{\"file\": \"k8s/config.yaml\", \"set\": {\"spec\": 1}}|PRECONDITION_FAILED|name its configMap",
        "{\"file\": \"k8s/config.yaml\", \"configMap\": \"shop\", \"secrets\": {\"A\": \"B\"}}|INVALID_PARAMETERS|cannot be referred to by a ConfigMap",
        "{\"file\": \"k8s/none.yaml\", \"set\": {\"A\": 1}}|PRECONDITION_FAILED|no such file",
      })
  void whatMustNotOrCannotBeChangedIsRefused(String parameters, ReasonCode code, String cause) {
    String base = world.ref("main");

    Failure failure = world.run(parameters).run().orElseThrow();

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.cause()).contains(cause);
    assertThat(failure.sentence()).doesNotContain("hush");
    assertThat(world.ref("main")).isEqualTo(base);
  }

  @Test
  void aFreshWorkspaceGivesTheSameCommit() {
    SequentialRun here = world.run("here", CHANGE);
    SequentialRun there = world.run("there", CHANGE);
    assertThat(here.resolve().or(there::resolve)).isEmpty();
    assertThat(here.runUntil("push").or(() -> there.runUntil("push"))).isEmpty();
    assertThat(there.facts).isEqualTo(here.facts);
  }

  @Test
  void anotherMachineFindsWhatWasPushedAlsoWhenTheBranchHasMovedOn() {
    SequentialRun here = world.run("here", CHANGE);
    assertThat(here.run()).isEmpty();
    git(world.developer, "pull", "-q", "origin", "main");
    String theirs = world.commit(Map.of("x.txt", "x"));
    SequentialRun there = world.run("there", CHANGE);
    there.facts = here.facts;

    for (PlannedStep planned : there.plan()) {
      if (!planned.name().equals("compare")) {
        assertThat(there.run(planned)).as(planned.name()).isEmpty();
      }
    }

    assertThat(there.facts).isEqualTo(here.facts);
    assertThat(world.ref("main")).isEqualTo(theirs);
    assertThat(git(world.remote, "rev-list", "--count", "main")).isEqualTo("3");
  }

  @Test
  void aBranchThatSomebodyElseMovesIsLeftAsItIs() {
    SequentialRun run = world.run(CHANGE);
    assertThat(run.resolve()).isEmpty();
    assertThat(run.runUntil("push")).isEmpty();
    String theirs = world.commit(Map.of("x.txt", "x"));

    Failure failure = run.runUntil("").orElseThrow();
    run.undo();

    assertThat(failure.code()).isEqualTo(ReasonCode.REMOTE_MOVED);
    assertThat(run.remains).isEmpty();
    assertThat(world.ref("main")).isEqualTo(theirs);
    assertThat(folder.resolve("machine/workspaces/task-1/source")).doesNotExist();
  }
}
