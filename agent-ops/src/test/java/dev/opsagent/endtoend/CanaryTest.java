package dev.opsagent.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker that has been given secrets in every way that there is, and packages and services that
 * know them and tell them in whatever they do. None of it comes up anywhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CanaryTest {
  private static final String VARIABLE = "in-the-environment-<&>-\"Käse\"-0815";
  private static final String GIT = "of a git remote's p@ss/w0rd $x\\y%41+z";
  private static final String DOCKER = "docker-registry-password-4711";
  private static final String ENGINE = "nowhere://with-a-password-in-the-engines-address";
  private static final String LINES =
      "the first of the lines of a file\nand+the/second=of them\nthird and last of these lines";

  private TestStack stack;
  private WorkerProcess worker;
  private Canaries canaries;
  private WatchedProcesses processes;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    Peers.require("node", "install Node.js");
    stack = TestStack.create(folder);
    String token = Files.readString(folder.resolve("npm.token")).strip();
    Map<String, String> values = new TreeMap<>();
    values.put("npm", token);
    values.put("variable", VARIABLE);
    values.put("git", GIT);
    values.put("lines", LINES);
    values.put("engine", ENGINE);
    values.put("docker", DOCKER);
    canaries = new Canaries(values);
    Files.writeString(folder.resolve("lines"), LINES);
    String pair = Base64.getEncoder().encodeToString(("me:" + DOCKER).getBytes(UTF_8));
    Files.writeString(
        Files.createDirectories(folder.resolve("docker")).resolve("config.json"),
        "{\"auths\": {\"registry.example.com\": {\"auth\": \"" + pair + "\"}}}");
    stack.declareSecrets(
        """
        variable: {env: CANARY}
        git: {env: GIT_PASSWORD}
        engine: {env: DOCKER_HOST}
        lines: {file: %s}
        """
            .formatted(folder.resolve("lines")));
    stack.configure(
        """
        git:
          credentials:
            - {prefix: "https://git.invalid/", username: me, secret: git}
        """);
    worker =
        stack
            .startWorker(
                Map.of(
                    "CANARY", VARIABLE,
                    "GIT_PASSWORD", GIT,
                    "DOCKER_HOST", ENGINE,
                    "DOCKER_CONFIG", folder.resolve("docker").toString()))
            .awaitReady();
    processes = new WatchedProcesses(canaries, worker.pid());
  }

  @AfterAll
  void end() {
    processes.close();
    stack.close();
  }

  @Test
  void fault_32_canariesComeUpNowhere() throws Exception {
    assertThat(canaries.traces()).as("encodings of canaries").isGreaterThan(6 * 20);
    assertThat(withoutAWorker())
        .as("without the redactor each of them would be seen")
        .hasSize(canaries.traces());

    StatusReport build = stack.run(printingBuild());
    assertThat(build.state()).isEqualTo(TaskState.FAILED);
    assertThat(detail(build)).as("it had been printed").contains("[secret]");
    List<TaskDispatch> telling = canaries.names().stream().map(this::tellingService).toList();
    telling.forEach(stack::dispatch);
    for (TaskDispatch task : telling) {
      StatusReport health = stack.await(task.taskId());
      assertThat(health.state()).isIn(TaskState.FAILED, TaskState.ROLLED_BACK);
      assertThat(detail(health)).as("the answer is quoted").contains("[secret]");
    }
    List<StatusReport> refused = carried();
    StatusReport engine = stack.run(engine());
    assertThat(detail(engine)).contains("[secret]");

    processes.close();
    assertThat(processes.seen()).as("processes looked at").isPositive();
    assertThat(processes.found()).isEmpty();
    assertHeardOf(build);
    assertThat(refused).allSatisfy(it -> assertThat(it.state()).isEqualTo(TaskState.REJECTED));
    new CanarySearch(stack, worker, canaries).findsNone();
  }

  /** What the build prints where nobody hides anything. */
  private Set<String> withoutAWorker() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(stack.folder.resolve("no-worker"));
    Files.writeString(folder.resolve("build.js"), printing());
    Path printed = folder.resolve("printed");
    Process process =
        new ProcessBuilder("node", "build.js")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(canaries.in(Files.readAllBytes(folder.resolve("build.js"))))
        .as("the script itself holds none")
        .isEmpty();
    return canaries.in(Files.readAllBytes(printed));
  }

  /** Prints in small pieces that end anywhere, to both streams, and fails. */
  private String printing() {
    return canaries.script("canaries")
        + """
        const fs = require('fs');
        for (const stream of [1, 2]) {
          for (let at = 0, length = 1; at < canaries.length; at += length, length = length % 97 + 7) {
            fs.writeSync(stream, canaries.subarray(at, at + length));
          }
        }
        process.exit(3);
        """;
  }

  private TaskDispatch printingBuild() {
    SampleService service = stack.service("printing");
    service.commit("feat: a build that prints what it knows", Map.of("build.js", printing()));
    return service.publish("printing-1");
  }

  /** Answers that it is ill, and with what it knows, the canary of that name first. */
  private TaskDispatch tellingService(String first) {
    SampleService service = stack.service("telling-" + first);
    service.commit(
        "feat: a service that tells what it knows",
        Map.of(
            "server.js",
            canaries.scriptFrom(first, "canaries")
                + """
                require('fs').writeSync(1, canaries);
                require('http').createServer((_, answer) => {
                  answer.statusCode = 500;
                  answer.statusMessage = 'no';
                  answer.end(canaries);
                }).listen(process.env.PORT, '127.0.0.1');
                """));
    return service.push("telling-" + first + "-1");
  }

  /** Orders that hold a secret where none belongs. */
  private List<StatusReport> carried() {
    SampleService service = stack.service("carried");
    StatusReport variable =
        stack.run(
            service.push(
                "carried-1",
                parameters -> {
                  parameters.withObject("/deploy/env").put("SETTING", "x" + VARIABLE);
                  return parameters;
                }));
    assertThat(detail(variable))
        .contains("parameters.deploy.env.SETTING holds the value of the secret variable");
    TaskDispatch plain = service.publish("carried-2");
    StatusReport address =
        stack.run(
            new TaskDispatch(
                plain.taskId(),
                plain.operation(),
                plain.target(),
                Optional.of(
                    new RepositoryRef(
                        "https://me:" + DOCKER + "@git.invalid/x.git",
                        Optional.of("main"),
                        Optional.empty())),
                plain.parameters(),
                plain.requirements(),
                plain.requiredEvidence(),
                plain.requestedBy(),
                plain.dryRun(),
                plain.instruction()));
    assertThat(address.reason().orElseThrow().code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    return List.of(variable, address);
  }

  /** The address of the engine is in the client's exception. */
  private TaskDispatch engine() {
    SampleService service = stack.service("engine");
    return service.task(
        "engine-1",
        "deploy",
        """
        {"image": "registry.invalid/x@sha256:%s", "port": %d,
         "health": {"http": {"path": "/"}, "deadline": "PT1S"}}
        """
            .formatted("0".repeat(64), service.port));
  }

  private void assertHeardOf(StatusReport build) {
    List<String> hidden =
        stack.audit(build.taskId()).stream()
            .filter(record -> record.kind().equals("secret-hidden"))
            .map(AuditRecord::summary)
            .toList();
    for (String name : List.of("npm", "variable", "git", "engine", "lines")) {
      assertThat(hidden)
          .anySatisfy(
              it -> assertThat(it).matches(name + " was hidden \\d\\d+ times in .*npm run.*"));
    }
    assertThat(stack.escalations(build.taskId()))
        .singleElement()
        .satisfies(escalation -> {
          assertThat(escalation.trigger()).isEqualTo(Escalation.Trigger.SECURITY_INCIDENT);
          assertThat(escalation.decide()).contains("replace", "git", "lines", "npm", "variable");
        });
  }

  private static String detail(StatusReport report) {
    return report.reason().orElseThrow().detail();
  }
}
