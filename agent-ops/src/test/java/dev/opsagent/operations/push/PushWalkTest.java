package dev.opsagent.operations.push;

import static dev.opsagent.testing.Answers.ok;
import static dev.opsagent.testing.GitProgram.commitAndPush;
import static dev.opsagent.testing.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.Effect;
import dev.opsagent.outside.HealthProbe.Page;
import dev.opsagent.outside.PackageRegistry.Listing;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Deliverable.PublicationStatus;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Requirements.Performance;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.testing.SharedVerdaccio;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

final class PushWalkTest {
  @RegisterExtension static final SharedVerdaccio VERDACCIO = new SharedVerdaccio();

  @TempDir Path folder;
  private PushWorld world;

  @BeforeEach
  void makeWorld() {
    world = new PushWorld(folder, VERDACCIO.get());
  }

  @AfterEach
  void endWorld() {
    world.close();
  }

  @Test
  void aPushReleasesPublishesDeploysAndVerifies() {
    String base = world.ref("main");
    SequentialRun run = run("task-1");

    assertThat(run.run()).isEmpty();

    assertThat(world.ref("main")).isEqualTo(run.facts.get("git.commit"));
    assertThat(world.ref("v1.0.1^{commit}")).isEqualTo(world.ref("main"));
    assertThat(git(world.remote, "cat-file", "-t", "v1.0.1")).isEqualTo("tag");
    assertThat(world.ref("main^")).isEqualTo(base);
    assertThat(git(world.remote, "diff", "--name-only", base, "main").lines())
        .containsExactly("package-lock.json", "package.json");
    assertThat(world.committed("package.json"))
        .isEqualTo(world.manifest("node build.js").replace("1.0.0", "1.0.1").strip());
    Listing listing = ok(world.registry().find(world.name)).orElseThrow();
    assertThat(listing.versions()).containsEntry("1.0.1", run.facts.get("package.integrity"));
    assertThat(listing.tags()).containsEntry("latest", "1.0.1");
    assertServes("sample 1.0.1");
    assertThat(run.deliverables)
        .contains(
            new PublicationStatus(
                "npm",
                world.name,
                "1.0.1",
                run.facts.get("package.integrity"),
                "latest",
                world.ref("main"),
                "v1.0.1",
                false))
        .anyMatch(made -> made instanceof DeploymentStatus status && status.verified());
    assertThat(world.pages).hasSize(1);
    assertThat(run.facts.get("browser.opened")).isEqualTo("false");
  }

  @Test
  void thePlanNamesEveryEffectAndPath() {
    SequentialRun run = run("task-1");
    assertThat(run.resolve()).isEmpty();

    assertThat(run.plan())
        .extracting(PlannedStep::name)
        .containsExactly(
            "validate",
            "checkout",
            "scripts",
            "bump",
            "pack",
            "commit",
            "push-refs",
            "publish",
            "deploy",
            "verify",
            "open-browser");
    assertThat(run.plan())
        .flatExtracting(PlannedStep::effects)
        .extracting(Effect::toString)
        .containsExactly(
            "git-refs " + world.remote + " refs/heads/main refs/tags/v1.0.1",
            "package-publish npm:%s@1.0.1".formatted(world.name),
            "deployment process:%s@1.0.1".formatted(world.target()),
            "browser " + world.target());
    assertThat(run.plan())
        .flatExtracting(PlannedStep::paths)
        .containsExactly("package-lock.json", "package.json");
    assertThat(folder.resolve("machine/workspaces/task-1/resolve")).doesNotExist();
  }

  @Test
  void aBuildThatTakesTooLongIsWithdrawnBeforeAnybodyGetsAnything() {
    String base = world.ref("main");
    commitAndPush(
        world.developer,
        "build: slower",
        Map.of(
            "build.js",
            PushWorld.build("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)")));
    String head = world.ref("main");
    SequentialRun run = run("task-1").demanding(builtWithin(Duration.ofSeconds(1)));

    assertThat(run.run())
        .get()
        .satisfies(it -> assertThat(it.code()).isEqualTo(ReasonCode.TIMEOUT))
        .satisfies(it -> assertThat(it.sentence()).contains("build within PT1S"));

    assertThat(head).isNotEqualTo(base);
    assertThat(world.ref("main")).isEqualTo(head);
    assertThat(git(world.remote, "tag")).isEmpty();
  }

  @Test
  void theTimeThatBuildingTookIsToldOfAReleaseThatDemandsIt() {
    SequentialRun run = run("task-1").demanding(builtWithin(Duration.ofMinutes(10)));
    assertThat(run.resolve()).isEmpty();

    assertThat(run.runUntil("commit")).isEmpty();

    assertThat(run.plan())
        .extracting(PlannedStep::name)
        .containsSubsequence("pack", "check-build-time", "commit");
    assertThat(run.deliverables)
        .anyMatch(it ->
            it instanceof RequirementResult result
                && result.requirement() == Requirement.BUILD_TIME
                && Duration.parse(result.measured()).isPositive());
  }

  private static Requirements builtWithin(Duration time) {
    Performance performance =
        new Performance(Optional.empty(), Optional.empty(), Optional.of(time), Optional.empty());
    return new Requirements(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(performance),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aFreshWorkspaceGivesTheSameCommitAndTheSameBytes() {
    SequentialRun here = run("task-1");
    assertThat(here.resolve()).isEmpty();
    assertThat(here.runUntil("push-refs")).isEmpty();
    SequentialRun there =
        new SequentialRun(world.operation("other", world.registry()), world.task("task-1"));
    assertThat(there.resolve()).isEmpty();

    assertThat(there.runUntil("push-refs")).isEmpty();

    assertThat(there.facts).isEqualTo(here.facts);
  }

  @Test
  void anotherMachineTakesOverAfterThePublish() {
    SequentialRun here = run("task-1");
    assertThat(here.resolve()).isEmpty();
    assertThat(here.runUntil("deploy")).isEmpty();
    SequentialRun there =
        new SequentialRun(world.operation("other", world.registry()), world.task("task-1"));
    there.facts = here.facts;

    for (PlannedStep planned : there.plan()) {
      if (!planned.name().equals("validate")) {
        assertThat(there.run(planned)).as(planned.name()).isEmpty();
      }
    }

    assertThat(git(world.remote, "rev-list", "--count", "main")).isEqualTo("2");
    assertServes("sample 1.0.1");
  }

  @Test
  void aRacingPushMovesNeitherRefAndANewAttemptWorks() {
    SequentialRun run = run("task-1");
    assertThat(run.resolve()).isEmpty();
    assertThat(run.runUntil("push-refs")).isEmpty();
    String theirs = commitAndPush(world.developer, "fix: theirs", Map.of("x.txt", "x"));

    Failure failure = run.runUntil("").orElseThrow();
    run.undo();

    assertThat(failure.code()).isEqualTo(ReasonCode.REMOTE_MOVED);
    assertThat(run.remains).isEmpty();
    assertThat(world.ref("main")).isEqualTo(theirs);
    assertThat(world.hasTag("v1.0.1")).isFalse();
    SequentialRun again = new SequentialRun(world.operation(), refsOnly("task-2"));
    assertThat(again.run()).isEmpty();
    assertThat(world.hasTag("v1.0.1")).isTrue();
  }

  /** A release that is neither published nor deployed. */
  private TaskDispatch refsOnly(String id) {
    return world.task(id, PushWalkTest::refsOnly);
  }

  private static ObjectNode refsOnly(ObjectNode parameters) {
    parameters.remove(List.of("publish", "deploy", "health", "openBrowser"));
    return parameters;
  }

  @Test
  void aBranchThatMovedBeforeTheFirstEffectEndsInValidate() {
    SequentialRun run = run("task-1");
    assertThat(run.resolve()).isEmpty();
    commitAndPush(world.developer, "fix: theirs", Map.of("x.txt", "x"));

    assertThat(run.runUntil("")).map(Failure::code).contains(ReasonCode.REMOTE_MOVED);
  }

  @Test
  void aPlantedEnvFileIsForeign() {
    assertForeign("fs.writeFileSync('.env', 'SECRET=1');", ".env (owner: Ops)");
  }

  @Test
  void aSourceEditIsForeign() {
    assertForeign("fs.appendFileSync('server.js', '// x');", "server.js (owner: Engineer)");
  }

  @Test
  void anIgnoredFilePlantedAmongDeclaredOnesIsNotPacked() {
    assertForeign("fs.writeFileSync('dist/.env', 'SECRET=1');", "dist/.env (owner: Ops)");
  }

  @Test
  void aScriptCannotCommit() {
    String script =
        "require('child_process').execSync("
            + "'git -c user.name=x -c user.email=x@y commit --allow-empty -qm planted');";
    assertWithdrawn(script, ReasonCode.TOOL_FAILED, "exit code 1");
  }

  @Test
  void aPublishedVersionThatDoesNotServeIsWithdrawn() {
    assertThat(run("task-1").run()).isEmpty();
    pull();
    commitAndPush(
        world.developer,
        "fix: break it",
        Map.of("server.js", PushWorld.SERVER.replace("'sample '", "'broken '")));
    SequentialRun broken =
        new SequentialRun(
            world.operation(),
            world.task(
                "task-2",
                parameters -> {
                  parameters.withObject("/health").put("deadline", "PT2S");
                  return parameters;
                }));

    Failure failure = broken.run().orElseThrow();

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    Listing listing = ok(world.registry().find(world.name)).orElseThrow();
    assertThat(listing.deprecated()).containsExactly("1.0.2");
    assertThat(listing.tags()).containsEntry("latest", "1.0.1");
    assertServes("sample 1.0.1");
    assertThat(broken.remains)
        .containsExactly(
            "npm:%s@1.0.2 on the registry, deprecated".formatted(world.name),
            "commit %s on branch main of %s".formatted(world.ref("main"), world.remote),
            "tag v1.0.2 of " + world.remote);
    pull();
    commitAndPush(world.developer, "fix: mend it", Map.of("server.js", PushWorld.SERVER));
    SequentialRun mended =
        new SequentialRun(
            world.operation(), world.task("task-3", parameters -> parameters.put("bump", "auto")));
    assertThat(mended.run()).isEmpty();
    assertServes("sample 1.0.3");
  }

  @Test
  void aWorkingFolderIsReleasedThroughItsOrigin() {
    GitProgram.write(world.developer.resolve(".env"), "PORT=1");

    SequentialRun run = ofDeveloperFolder("task-1");

    assertThat(run.run()).isEmpty();
    assertThat(world.hasTag("v1.0.1")).isTrue();
    assertThat(git(world.remote, "ls-tree", "--name-only", "main").lines()).doesNotContain(".env");
  }

  @Test
  void aWorkingFolderWithForeignChangesOrUnpushedCommitsIsRefused() {
    GitProgram.write(world.developer.resolve("server.js"), "edited");
    assertThat(ofDeveloperFolder("task-1").resolve())
        .map(Failure::sentence)
        .hasValueSatisfying(said -> assertThat(said).contains("server.js (owner: Engineer)"));
    git(world.developer, "commit", "-qam", "fix: not pushed");
    assertThat(ofDeveloperFolder("task-2").resolve())
        .map(Failure::code)
        .contains(ReasonCode.PRECONDITION_FAILED);
  }

  private SequentialRun ofDeveloperFolder(String id) {
    return new SequentialRun(
        world.operation(),
        world.task(id, world.developer.toUri().toString(), refsOnly(id).parameters()));
  }

  private void assertForeign(String script, String named) {
    assertWithdrawn(script, ReasonCode.FOREIGN_CHANGE, named);
  }

  private void assertWithdrawn(String script, ReasonCode code, String named) {
    pull();
    commitAndPush(world.developer, "chore: plant", Map.of("build.js", PushWorld.build(script)));
    String base = world.ref("main");
    SequentialRun run = run("task-1");

    Failure failure = run.run().orElseThrow();

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.cause()).contains(named);
    assertThat(run.remains).isEmpty();
    assertThat(world.ref("main")).isEqualTo(base);
    assertThat(world.hasTag("v1.0.1")).isFalse();
    assertThat(ok(world.registry().find(world.name))).isEmpty();
  }

  private SequentialRun run(String id) {
    return new SequentialRun(world.operation(), world.task(id));
  }

  private void pull() {
    git(world.developer, "pull", "-q", "--tags", "origin", "main");
  }

  private void assertServes(String body) {
    URI address = URI.create("http://127.0.0.1:" + world.port + "/");
    assertThat(
            ok(
                world.health.http(
                    address,
                    new Page(200, Optional.of(body), Optional.empty()),
                    Duration.ofSeconds(5))))
        .isTrue();
  }
}
