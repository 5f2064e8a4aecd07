package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Deliverable.DriftReport;
import dev.opsagent.protocol.Deliverable.DriftReport.Difference;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Three services that belong together, brought up and taken back by a real worker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeployStackTest {
  private final AtomicInteger tasks = new AtomicInteger();
  private TestStack stack;
  private SampleService db;
  private SampleService api;
  private SampleService web;

  /** Publishes 1.0.1, 1.0.2, and 1.0.3, which answers 500. */
  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.start(folder);
    db = stack.service("db");
    api = stack.service("api");
    web = stack.service("web");
    stack.run(web.publish("web-first"));
    web.commit("fix: more", Map.of("server.js", SampleService.server("1.0.3")));
    stack.run(web.publish("web-second"));
    web.commit("fix: breaks", Map.of("build.js", SampleService.build("") + "// more"));
    stack.run(web.publish("web-third"));
    assertThat(stack.registry.versions("web")).containsExactly("1.0.1", "1.0.2", "1.0.3");
  }

  @AfterAll
  void end() {
    Stream.of("shop", "calm")
        .map(name -> new Target("local", name))
        .flatMap(of -> Stream.of("db", "api", "web").map(of::part))
        .flatMap(of -> web.processes(of).stream())
        .forEach(ProcessHandle::destroyForcibly);
    stack.close();
  }

  @Test
  void aLeafThatFailsBringsAllThreeBackInReverseOrder() {
    StatusReport first = deploy("shop", "recreate", "1.0.1", "1.0.1", "1.0.1");
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(answers()).containsOnly("200 sample 1.0.1");
    assertThat(plan(first))
        .containsExactly(
            "validate",
            "fetch",
            "deploy.1",
            "verify.1",
            "deploy.2",
            "verify.2",
            "deploy.3",
            "verify.3");

    StatusReport bad = deploy("shop", "recreate", "1.0.2", "1.0.2", "1.0.3");

    assertThat(bad.state()).as("%s", bad.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(bad.reason().map(StatusReport.Reason::code)).contains(ReasonCode.UNHEALTHY);
    assertThat(undone(bad)).containsExactly("deploy.3", "deploy.2", "deploy.1");
    assertThat(answers()).containsOnly("200 sample 1.0.1");
    assertThat(told(bad))
        .as("each service with what it runs and what it ran before")
        .containsExactlyInAnyOrder(
            "web 1.0.1 over 1.0.1", "api 1.0.1 over 1.0.1", "db 1.0.1 over 1.0.1");
    for (String name : List.of("db", "api", "web")) {
      DeploymentRecord record = record("shop").part(name);
      assertThat(record.running().map(Release::version)).contains("1.0.1");
      assertThat(record.lastVerified().map(Release::version)).contains("1.0.1");
      assertThat(record.quarantined()).as(name).hasSize(name.equals("web") ? 1 : 0);
      assertThat(web.processes(target("shop").part(name))).hasSize(1);
    }
    assertThat(deploy("shop", "recreate", "1.0.2", "1.0.2", "1.0.3").reason())
        .as("the leaf's release has failed there")
        .map(StatusReport.Reason::code)
        .contains(ReasonCode.QUARANTINED);

    StatusReport good = deploy("shop", "recreate", "1.0.2", "1.0.2", "1.0.2");
    assertThat(good.state()).as("%s", good.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(told(good)).contains("web 1.0.2 over 1.0.1", "db 1.0.2 over 1.0.1");

    whatIsOtherwiseIsToldByServiceAndBroughtBack();
    aServiceIsChangedInTheLaneOfItsStack();
  }

  private void whatIsOtherwiseIsToldByServiceAndBroughtBack() {
    assertThat(drift("{}"))
        .containsOnlyKeys("local/shop--api", "local/shop--db", "local/shop--web")
        .allSatisfy((_, found) -> assertThat(found).isEmpty());

    for (String name : List.of("api", "web")) {
      web.processes(target("shop").part(name)).forEach(ProcessHandle::destroyForcibly);
    }
    for (String name : List.of("api", "web")) {
      Awaitility.await().until(() -> web.processes(target("shop").part(name)).isEmpty());
    }
    Map<String, List<Difference>> found = drift("{}");
    assertThat(found.get("local/shop--db")).isEmpty();
    assertThat(found.get("local/shop--web")).extracting(Difference::field).contains("release");
    assertThat(drift("{\"service\": \"api\"}")).containsOnlyKeys("local/shop--api");

    StatusReport healed = run("shop", "infrastructure.drift", "{\"heal\": true}");
    assertThat(healed.state()).as("%s", healed.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(plan(healed))
        .containsExactly("compare", "restart.1", "verify.1", "restart.2", "verify.2");
    assertThat(answers()).containsOnly("200 sample 1.0.2");
    assertThat(drift("{}").values()).allSatisfy(it -> assertThat(it).isEmpty());
    assertThat(record("shop").part("web").lastVerified().map(Release::version)).contains("1.0.2");
  }

  /** What of each service is otherwise. */
  private Map<String, List<Difference>> drift(String parameters) {
    StatusReport end = run("shop", "infrastructure.drift", parameters);
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    return end.deliverables().stream()
        .filter(DriftReport.class::isInstance)
        .map(DriftReport.class::cast)
        .collect(Collectors.toMap(DriftReport::subject, DriftReport::differences));
  }

  /** A push that would deploy where the stack runs. */
  private TaskDispatch pushed(String service) {
    TaskDispatch elsewhere = web.push("push-to-stack");
    return new TaskDispatch(
        elsewhere.taskId(),
        elsewhere.operation(),
        target(service),
        elsewhere.repository(),
        elsewhere.parameters(),
        elsewhere.requirements(),
        List.of(),
        elsewhere.requestedBy(),
        false,
        Optional.empty());
  }

  private void aServiceIsChangedInTheLaneOfItsStack() {
    assertThat(run("shop", "rollback", "{\"service\": \"api\"}").state())
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(answers())
        .containsExactly("200 sample 1.0.2", "200 sample 1.0.1", "200 sample 1.0.2");
    assertThat(record("shop").part("api").running().map(Release::version)).contains("1.0.1");
    assertThat(run("shop", "restart", "{\"service\": \"web\"}").state())
        .isEqualTo(TaskState.SUCCEEDED);
    aTaskThatMustNameAServiceIsToldWhich("{}");
    aTaskThatMustNameAServiceIsToldWhich("{\"service\": \"wbe\"}");
    assertThat(run("shop", "deploy", alone()).reason())
        .map(StatusReport.Reason::code)
        .contains(ReasonCode.CONFLICT);
    assertThat(stack.run(pushed("shop")).reason())
        .map(StatusReport.Reason::code)
        .contains(ReasonCode.CONFLICT);
    assertThat(run("shop--web", "stop", "{}").reason())
        .map(StatusReport.Reason::code)
        .contains(ReasonCode.INVALID_PARAMETERS);
    for (String name : List.of("web", "api", "db")) {
      assertThat(run("shop", "stop", "{\"service\": \"%s\"}".formatted(name)).state())
          .isEqualTo(TaskState.SUCCEEDED);
      assertThat(web.processes(target("shop").part(name))).isEmpty();
      assertThat(record("shop").part(name).running()).isEmpty();
    }
    aTaskThatMustNameAServiceIsToldWhich("{}");
  }

  private void aTaskThatMustNameAServiceIsToldWhich(String parameters) {
    for (String operation : List.of("stop", "restart", "rollback")) {
      assertThat(run("shop", operation, parameters).reason())
          .map(StatusReport.Reason::detail)
          .hasValueSatisfying(it -> assertThat(it).contains("stack of [api, db, web]"));
    }
  }

  @Test
  void theReleasesBeforeGoOnRunningUntilTheWholeStackServes() {
    StatusReport first = deploy("calm", "blue-green", "1.0.1", "1.0.1", "1.0.1");
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);

    StatusReport bad = deploy("calm", "blue-green", "1.0.2", "1.0.2", "1.0.3");
    assertThat(bad.state()).as("%s", bad.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(answers()).containsOnly("200 sample 1.0.1");

    StatusReport good = deploy("calm", "blue-green", "1.0.2", "1.0.2", "1.0.2");
    assertThat(good.state()).as("%s", good.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(plan(good)).endsWith("deploy.3", "verify.3", "retire");
    assertThat(answers()).containsOnly("200 sample 1.0.2");
    for (String name : List.of("web", "api", "db")) {
      assertThat(run("calm", "stop", "{\"service\": \"%s\"}".formatted(name)).state())
          .isEqualTo(TaskState.SUCCEEDED);
    }
  }

  private String alone() {
    return "{\"package\": {\"name\": \"web\", \"version\": \"1.0.1\"}, \"port\": %d}"
        .formatted(web.port);
  }

  private List<String> plan(StatusReport end) {
    return stack.reports(end.taskId()).stream()
        .flatMap(report -> report.plan().stream())
        .flatMap(plan -> plan.steps().stream())
        .map(PlannedStepReport::name)
        .toList();
  }

  private List<String> undone(StatusReport end) {
    return stack.reports(end.taskId()).stream()
        .flatMap(report -> report.step().stream())
        .filter(step -> step.outcome() == Outcome.UNDONE)
        .map(StepReport::name)
        .toList();
  }

  private static List<String> told(StatusReport report) {
    return report.deliverables().stream()
        .filter(DeploymentStatus.class::isInstance)
        .map(DeploymentStatus.class::cast)
        .map(it ->
            "%s %s over %s"
                .formatted(it.service().orElse(""), it.version(), it.replaced().orElse("nothing")))
        .toList();
  }

  private List<String> answers() {
    return Stream.of(db, api, web).map(SampleService::answer).toList();
  }

  private StatusReport deploy(
      String name, String strategy, String ofDb, String ofApi, String ofWeb) {
    return run(
        name,
        "deploy",
        "{\"services\": {\"web\": %s, \"api\": %s, \"db\": %s}}"
            .formatted(
                service(web, ofWeb, strategy, "\"api\""),
                service(api, ofApi, strategy, "\"db\""),
                service(db, ofDb, strategy, "")));
  }

  private static String service(SampleService at, String version, String strategy, String after) {
    return """
    {"package": {"name": "web", "version": "%s"}, "port": %d, "after": [%s], "strategy": "%s",
     "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                "attempts": 20, "interval": "PT0.25S", "deadline": "PT10S"}}
    """
        .formatted(version, at.port, after, strategy, version);
  }

  private StatusReport run(String name, String operation, String parameters) {
    String id = "%s-%d".formatted(name, tasks.incrementAndGet());
    return stack.run(web.task(id, operation, parameters, target(name)));
  }

  private static Target target(String name) {
    return new Target("local", name);
  }

  private DeploymentRecord record(String name) {
    return stack.deployment(target(name));
  }
}
