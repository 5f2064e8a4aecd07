package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PushTest {
  private TestStack stack;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.start(folder);
  }

  @AfterAll
  void end() {
    stack.close();
  }

  @Test
  void aPushEndsAsACommitWithATagAPublishedPackageAndAServiceThatAnswers() {
    SampleService service = stack.service("walk");
    String base = service.ref("main");

    stack.run(service.push("walk-1"));

    Evidence.released(stack, service, "walk-1", "1.0.1");
    assertThat(service.ref("main~1")).isEqualTo(base);
    assertThat(stack.registry.versions("walk")).containsExactly("1.0.1");
    assertThat(stack.registry.files("walk", "1.0.1"))
        .containsExactly("package/dist/made.js", "package/package.json", "package/server.js");
  }

  @Test
  void theSameOrderAgainIsAnsweredFromTheRecordAndAnotherOneUnderItsIdIsRefused() {
    SampleService service = stack.service("again");
    StatusReport end = stack.run(service.push("again-1"));
    Evidence.released(stack, service, "again-1", "1.0.1");
    String refs = service.refs();
    List<ProcessHandle> processes = service.processes();

    stack.dispatch(service.push("again-1"));
    Awaitility.await()
        .until(() -> stack.reports("again-1").stream().filter(end::equals).count(), n -> n == 2);
    stack.dispatch(service.push("again-1", parameters -> parameters.put("bump", "major")));
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(stack.reports("again-1").getLast().reason())
                .hasValueSatisfying(
                    reason -> assertThat(reason.code()).isEqualTo(ReasonCode.CONFLICT)));

    assertThat(stack.reports("again-1").getLast().state()).isEqualTo(TaskState.REJECTED);
    assertThat(service.refs()).isEqualTo(refs);
    assertThat(stack.registry.versions("again")).containsExactly("1.0.1");
    assertThat(service.processes()).isEqualTo(processes);
  }

  @Test
  void aDryRunChangesNothingAndItsPlanIsTheRealRunsPlan() throws IOException {
    SampleService service = stack.service("dry");
    String before = outsideTheWorkspaces();

    StatusReport end = stack.run(service.dryRun("dry-1"));

    assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(outsideTheWorkspaces()).isEqualTo(before);
    assertThat(service.processes()).isEmpty();
    assertThat(end.changes()).isEmpty();
    assertThat(stack.audit("dry-1")).allSatisfy(record -> assertThat(record.effects()).isEmpty());
    stack.run(service.push("dry-2"));
    Evidence.released(stack, service, "dry-2", "1.0.1");
    assertThat(Evidence.plan(stack.reports("dry-1")))
        .isEqualTo(Evidence.plan(stack.reports("dry-2")));
  }

  private String outsideTheWorkspaces() throws IOException {
    return FolderDigest.of(stack.folder, path -> !isTheWorkersOwn(path) && !isALog(path));
  }

  /** Its workspaces, its books of what it has done, its log. */
  private boolean isTheWorkersOwn(Path path) {
    return path.startsWith(stack.data.resolve("workspaces"))
        || path.startsWith(stack.data.resolve("index"))
        || path.getFileName().toString().startsWith("worker-");
  }

  /** The registry writes down what it is asked. */
  private static boolean isALog(Path path) {
    return path.getFileName().toString().equals("verdaccio.out");
  }

  @Test
  void aPushThatSomebodyElseOvertakesMovesNeitherRefAndANewAttemptWorks() throws IOException {
    SampleService service = stack.service("raced");
    service.commit("chore: a slow build", Map.of("build.js", SampleService.build(WAIT)));
    stack.dispatch(service.push("raced-1"));
    Path dist = stack.workspace("raced-1").resolve("checkout/dist");
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> Files.isDirectory(dist));
    String theirs =
        service.commit("feat: was quicker", Map.of("build.js", SampleService.build("")));
    Files.writeString(dist.resolve("go"), "");

    StatusReport end = stack.await("raced-1");

    assertThat(end.state()).isEqualTo(TaskState.FAILED);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.REMOTE_MOVED);
    assertThat(end.changes()).isEmpty();
    assertThat(service.ref("main")).isEqualTo(theirs);
    assertThat(service.tags()).isEmpty();
    assertThat(stack.registry.versions("raced")).isEmpty();
    assertThat(service.processes()).isEmpty();
    stack.run(service.push("raced-2"));
    Evidence.released(stack, service, "raced-2", "1.0.1");
  }

  /** A build that lasts until the test says go, in a folder that is the build's own. */
  private static final String WAIT =
      """
      const until = Date.now() + 60000;
      const look = () => {
        if (!fs.existsSync('dist/go') && Date.now() < until) setTimeout(look, 20);
      };
      look();
      """;

  @Test
  void whatAScriptPlantsInTheCheckoutIsNeitherCommittedNorPublished() {
    SampleService service = stack.service("planted");
    service.commit(
        "chore: a hostile build",
        Map.of(
            ".gitignore",
            "dist\nnode_modules\n",
            "build.js",
            SampleService.build(
                """
                fs.writeFileSync('.env', 'TOKEN=1');
                fs.appendFileSync('server.js', '// changed');
                """)));
    String refs = service.refs();

    StatusReport end = stack.run(service.push("planted-1"));

    refusedAsForeign(end);
    assertThat(end.reason().orElseThrow().detail()).contains(".env", "server.js");
    assertThat(service.refs()).isEqualTo(refs);
    assertThat(stack.registry.versions("planted")).isEmpty();
    assertThat(service.processes()).isEmpty();
  }

  @Test
  void anIgnoredFileOfSecretsIsNeverPacked() {
    SampleService service = stack.service("ignored");
    service.commit(
        "chore: a build that leaves secrets",
        Map.of("build.js", SampleService.build("fs.writeFileSync('.env', 'TOKEN=1');")));
    stack.run(service.push("ignored-1"));
    Evidence.released(stack, service, "ignored-1", "1.0.1");
    assertThat(stack.registry.files("ignored", "1.0.1")).doesNotContain("package/.env");
  }

  @Test
  void anIgnoredFileThatNpmWouldPackIsRefused() {
    SampleService service = stack.service("unignored");
    service.commit(
        "chore: npm no longer heeds .gitignore",
        Map.of(
            ".npmignore",
            "nothing\n",
            "package.json",
            """
            {
              "name": "unignored",
              "version": "1.0.0",
              "scripts": { "start": "node server.js", "prepack": "node build.js" }
            }
            """,
            "build.js",
            SampleService.build("fs.writeFileSync('.env', 'TOKEN=1');")));
    String refs = service.refs();

    StatusReport end = stack.run(service.push("unignored-1"));

    refusedAsForeign(end);
    assertThat(service.refs()).isEqualTo(refs);
    assertThat(stack.registry.versions("unignored")).isEmpty();
  }

  private void refusedAsForeign(StatusReport end) {
    assertThat(end.state()).isEqualTo(TaskState.FAILED);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.FOREIGN_CHANGE);
    assertThat(end.changes()).isEmpty();
    assertThat(stack.escalations(end.taskId()))
        .singleElement()
        .satisfies(escalation ->
            assertThat(escalation.trigger()).isEqualTo(Escalation.Trigger.SECURITY_INCIDENT));
  }

  @Test
  void aPublishedVersionThatDoesNotServeIsWithdrawn() {
    SampleService service = stack.service("sick");
    stack.run(service.push("sick-1"));
    Evidence.released(stack, service, "sick-1", "1.0.1");
    service.commit("feat: breaks", Map.of("server.js", SampleService.server("1.0.2")));

    stack.run(service.push("sick-2"));

    Evidence.withdrawn(stack, service, "sick-2", "1.0.2", "1.0.1");
    assertThat(stack.registry.versions("sick")).containsExactly("1.0.1", "1.0.2");
    service.commit("fix: serves again", Map.of("server.js", SampleService.server("")));
    stack.run(service.push("sick-3"));
    Evidence.released(stack, service, "sick-3", "1.0.3");
  }
}
