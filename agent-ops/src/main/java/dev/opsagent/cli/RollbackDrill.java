package dev.opsagent.cli;

import dev.opsagent.cli.drill.Defect;
import dev.opsagent.cli.drill.DrillResult;
import dev.opsagent.cli.drill.DrillResult.Round;
import dev.opsagent.cli.drill.Outage;
import dev.opsagent.cli.drill.ServiceProcesses;
import dev.opsagent.cli.drill.SteadyLoad;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.console.AppendedLines;
import dev.opsagent.console.Style;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The drill's course: one good release under load, then bad ones in turn, as a PM would order. */
final class RollbackDrill {
  /** Its own for each process: drills may share an engine. */
  static final String SERVICE = "drill-" + ProcessHandle.current().pid();

  static final String TARGET = "local/" + SERVICE;
  private static final String GOOD = "1.0.0";
  private static final int RATE = 50;
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration CALM = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Surroundings around;
  private final LocalStage stage;
  private final DrilledReleases releases;
  private final Strategy strategy;
  private final int port;

  /**
   * @param strategy how each release takes the place of the one before
   */
  RollbackDrill(
      Surroundings around, LocalStage stage, DrilledReleases releases, Strategy strategy) {
    this.around = around;
    this.stage = stage;
    this.releases = releases;
    this.strategy = strategy;
    this.port = LocalPorts.free();
  }

  DrillResult run(int failures) throws IOException, InterruptedException {
    stage.say("making a good release and %d bad ones".formatted(failures));
    Configuration configuration = releases.make(versions(failures), stage.broker());
    if (!stage.worker(configuration).awaitReady(READY)) {
      throw failed(
          "start the worker",
          "it is not ready after %d s".formatted(READY.toSeconds()),
          "see what is installed: ops-agent doctor");
    }
    stage.stopLater(TARGET, releases.runtime());
    try (Bus bus = ClientBus.open(configuration)) {
      List<Round> rounds = rounds(bus, failures);
      expect(
          TaskState.SUCCEEDED,
          order(
              bus, task("drill-stop", "stop", Json.mapper().createObjectNode(), Optional.empty())));
      return DrillResult.of(rounds, orphans(configuration.data()));
    }
  }

  private static Map<String, Optional<Defect>> versions(int failures) {
    Map<String, Optional<Defect>> versions = new LinkedHashMap<>(Map.of(GOOD, Optional.empty()));
    for (int i = 0; i < failures; i++) {
      versions.put(bad(i), Optional.of(Defect.of(i)));
    }
    return versions;
  }

  /** What still works there once everything has had its time to end. */
  private int orphans(Path data) throws InterruptedException {
    long until = System.nanoTime() + CALM.toNanos();
    int left = left(data);
    while (left > 0 && until - System.nanoTime() > 0) {
      Thread.sleep(LOOK);
      left = left(data);
    }
    return left;
  }

  private int left(Path data) {
    return ServiceProcesses.below(data) + releases.running();
  }

  private static String bad(int number) {
    return "1.1." + number;
  }

  private List<Round> rounds(Bus bus, int failures) throws InterruptedException {
    stage.say("deploying the good release");
    expect(TaskState.SUCCEEDED, order(bus, deploy("drill-good", GOOD)));
    List<Round> rounds = new ArrayList<>();
    try (SteadyLoad load = SteadyLoad.on(service(), RATE)) {
      for (int i = 0; i < failures; i++) {
        rounds.add(round(bus, load, i));
        say(rounds.getLast(), i + 1, failures);
      }
    }
    return rounds;
  }

  private URI service() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  private Round round(Bus bus, SteadyLoad load, int number) throws InterruptedException {
    long begun = System.nanoTime();
    StatusReport end = order(bus, deploy("drill-" + number, bad(number)));
    boolean takenBack = end.state() == TaskState.ROLLED_BACK || end.state() == TaskState.FAILED;
    Outage outage = calm(load, begun);
    return new Round(Defect.of(number), takenBack && outage.over(), outage);
  }

  /** What callers saw, once they get answers again or no longer wait for any. */
  private static Outage calm(SteadyLoad load, long begun) throws InterruptedException {
    long until = System.nanoTime() + CALM.toNanos();
    Outage outage = load.since(begun);
    while (!outage.over() && until - System.nanoTime() > 0) {
      Thread.sleep(LOOK);
      outage = load.since(begun);
    }
    return outage;
  }

  private void say(Round round, int number, int of) {
    Outage outage = round.outage();
    stage.say(
        "%d of %d  %-18s  %s  %.1f s without answers, %d of %d requests failed"
            .formatted(
                number,
                of,
                round.defect().id(),
                round.recovered() ? "recovered" : "NOT RECOVERED",
                outage.lasted().toMillis() / 1000.0,
                outage.failed(),
                outage.requests()));
  }

  private StatusReport order(Bus bus, TaskDispatch task) {
    Optional<StatusReport> last;
    try (Bus.Reports reports = bus.reports(Optional.of(task.taskId()), Bus.From.NOW)) {
      bus.send(task);
      last =
          new TaskFollowing(around.clock(), silent(), false)
              .follow(reports, task.taskId(), PATIENCE);
    }
    return last.orElseThrow(() ->
        failed(
            "see task " + task.taskId() + " end",
            "the worker says nothing",
            "see what is installed: ops-agent doctor"));
  }

  private AppendedLines silent() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return new AppendedLines(nowhere, Style.of(around.environment(), false), around.clock());
  }

  private static void expect(TaskState state, StatusReport report) {
    if (report.state() != state) {
      throw failed(
          "carry " + report.taskId() + " out",
          "it ended " + report.state() + report.reason().map(it -> ": " + it.detail()).orElse(""),
          "see what is installed: ops-agent doctor");
    }
  }

  private TaskDispatch deploy(String taskId, String version) {
    ObjectNode parameters = Json.mapper().createObjectNode().put("port", port);
    parameters.put("strategy", strategy.id());
    ObjectNode health = parameters.putObject("health");
    health.putObject("http").put("path", "/").put("bodyContains", "drill " + version);
    health
        .put("attempts", 30)
        .put("interval", "PT0.2S")
        .put("deadline", "PT5S")
        .put("soak", "PT5S");
    releases.name(version, parameters);
    return task(taskId, "deploy", parameters, releases.repository(version));
  }

  private static TaskDispatch task(
      String taskId, String operation, ObjectNode parameters, Optional<RepositoryRef> from) {
    return Orders.task("drill", taskId, operation, SERVICE, parameters, from);
  }

  /** What a tool has made; what it could not make ends the command. */
  static <T> T made(Answer<T> answer) {
    return switch (answer) {
      case Answer.Ok<T>(T value) -> value;
      case Answer.No<T>(Failure failure) -> throw new CommandFailed(ExitCode.FAILED, failure);
    };
  }

  private static CommandFailed failed(String action, String cause, String fix) {
    return new CommandFailed(
        ExitCode.FAILED, Failure.of(ReasonCode.PRECONDITION_FAILED, action, cause, fix));
  }
}
