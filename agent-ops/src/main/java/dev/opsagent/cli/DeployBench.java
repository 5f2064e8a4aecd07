package dev.opsagent.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.bench.Comparison;
import dev.opsagent.bench.ComposeUp;
import dev.opsagent.bench.KubectlApply;
import dev.opsagent.bench.Rival;
import dev.opsagent.cli.drill.SamplePackage;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long deployments take by a worker: many services at once, and one image against what a person
 * would use for it.
 */
final class DeployBench {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration TICK = Duration.ofMillis(20);
  private static final String VERSION = "1.0.0";
  private static final String BY = "bench";
  private static final double NANOS = 1e9;

  private final LocalStage stage;

  DeployBench(LocalStage stage) {
    this.stage = stage;
  }

  /**
   * What was measured.
   *
   * @param total from the first order to the last end
   * @param slowest the task that took longest, from its order to its end
   * @param ratio of both
   * @param steps by name: the milliseconds that half of the tasks did not exceed
   * @param one absent: no image was named
   */
  record Measured(
      int services,
      @JsonProperty("total_s") double total,
      @JsonProperty("slowest_s") double slowest,
      double ratio,
      @JsonProperty("steps_p50_ms") Map<String, Double> steps,
      @JsonProperty("one_image") Optional<Against> one) {

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          "%d services at once: %.2f s, and the slowest %.2f s: %.2f times (goal: at most 1.3)"
              .formatted(services, total, slowest, ratio));
      steps.forEach((step, millis) -> lines.add(line(step, millis)));
      one.ifPresent(it -> lines.addAll(it.lines()));
      return lines;
    }
  }

  private static String line(String step, double millis) {
    return "  %-10s %8.0f ms".formatted(step, millis);
  }

  /**
   * Medians of deployments in turns.
   *
   * @param rival what it was compared with
   * @param steps ours by step, in the last run
   * @param overhead ours less the rival's (goal: at most 300 ms, or a tenth)
   */
  record Against(
      String rival,
      int runs,
      @JsonProperty("ours_s") double ours,
      @JsonProperty("theirs_s") double theirs,
      double ratio,
      @JsonProperty("overhead_ms") double overhead,
      @JsonProperty("steps_ms") Map<String, Double> steps) {
    static Against of(
        Rival rival, List<Double> ours, List<Double> theirs, Map<String, Double> steps) {
      double mine = Comparison.median(ours);
      double other = Comparison.median(theirs);
      return new Against(
          rival.name(), ours.size(), mine, other, mine / other, (mine - other) * 1000, steps);
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          "one image: %.2f s, by %s %.2f s: %.2f times, %.0f ms more"
              .formatted(ours, rival, theirs, ratio, overhead));
      steps.forEach((step, millis) -> lines.add(line(step, millis)));
      return lines;
    }
  }

  /**
   * Measures.
   *
   * @param services how many are deployed at once
   * @param environments in which the worker deploys
   * @param rival to compare one image's deployment with
   * @param runs of that comparison
   */
  Measured measure(int services, Configuration.Served environments, Optional<Rival> rival, int runs)
      throws IOException, InterruptedException {
    LocalVerdaccio registry = registry();
    Configuration configuration =
        stage.configuration(stage.broker(), Optional.of(registry), environments);
    publish(configuration);
    if (!stage.worker(configuration).awaitReady(READY)) {
      throw failed("start the worker", "it is not ready after " + READY.toSeconds() + " s");
    }
    try (Bus bus = ClientBus.open(configuration)) {
      warmUp(bus);
      Measured atOnce = atOnce(bus, services);
      return rival.isEmpty()
          ? atOnce
          : new Measured(
              atOnce.services(),
              atOnce.total(),
              atOnce.slowest(),
              atOnce.ratio(),
              atOnce.steps(),
              Optional.of(against(bus, rival.get(), runs)));
    }
  }

  private LocalVerdaccio registry() {
    return switch (stage.localRegistry()) {
      case Answer.Ok<LocalVerdaccio>(LocalVerdaccio registry) -> registry;
      case Answer.No<LocalVerdaccio>(Failure failure) ->
          throw new CommandFailed(ExitCode.FAILED, failure);
    };
  }

  private void publish(Configuration configuration) throws IOException {
    Path folder = Files.createDirectories(stage.folder().resolve("packages"));
    Path file = new SamplePackage(VERSION, Optional.empty()).pack(folder);
    Answer<Boolean> published =
        stage.packages(configuration).publish(file, "latest", Optional.empty());
    if (published instanceof Answer.No<Boolean>(Failure failure)) {
      throw new CommandFailed(ExitCode.FAILED, failure);
    }
  }

  /** The first tasks of a worker load what it is made of. */
  private void warmUp(Bus bus) {
    run(bus, List.of(ofPackage("warm"), ofPackage("warm-too")));
  }

  private Measured atOnce(Bus bus, int services) {
    stage.say("deploying %d services at once".formatted(services));
    List<TaskDispatch> tasks = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      tasks.add(ofPackage("many-" + i));
    }
    Run run = run(bus, tasks);
    return new Measured(
        services,
        run.total() / NANOS,
        run.slowest() / NANOS,
        (double) run.total() / run.slowest(),
        run.steps(),
        Optional.empty());
  }

  private Against against(Bus bus, Rival rival, int runs) throws IOException, InterruptedException {
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    Map<String, Double> steps = Map.of();
    for (int i = 0; i <= runs; i++) {
      stage.say("one image, run %d of %d".formatted(i, runs));
      String service = "one-" + i;
      Target target = new Target(rival.environment(), service);
      Run run = run(bus, List.of(ofImage(target, rival)));
      run(bus, List.of(stop(target)));
      rival.remove(service);
      double up = rival.up() / NANOS;
      if (i > 0) { // the first run warms both up
        ours.add(run.total() / NANOS);
        steps = run.steps();
        theirs.add(up);
      }
    }
    return Against.of(rival, ours, theirs, steps);
  }

  /**
   * Tasks that ran together.
   *
   * @param total nanoseconds from the first order to the last end
   * @param slowest nanoseconds of the one that took longest, from its order to its end
   */
  private record Run(long total, long slowest, Map<String, Double> steps) {}

  private Run run(Bus bus, List<TaskDispatch> tasks) {
    try (Bus.Reports reports = bus.reports(Optional.empty(), Bus.From.NOW)) {
      Map<String, Long> open = new HashMap<>();
      Map<String, List<Double>> steps = new TreeMap<>();
      long begun = System.nanoTime();
      for (TaskDispatch task : tasks) {
        open.put(task.taskId(), System.nanoTime());
        bus.send(task);
      }
      long slowest = 0;
      while (!open.isEmpty()) {
        if (System.nanoTime() - begun > PATIENCE.toNanos()) {
          throw failed(
              "see all tasks end",
              "%d did not in %d min".formatted(open.size(), PATIENCE.toMinutes()));
        }
        for (StatusReport report : reports.poll(TICK)) {
          @Nullable Long sent = open.get(report.taskId());
          if (sent == null) {
            continue; // of another bench, or a worker before
          }
          report
              .step()
              .filter(it -> it.outcome() == Outcome.DONE)
              .ifPresent(it ->
                  steps
                      .computeIfAbsent(it.name(), _ -> new ArrayList<>())
                      .add((double) it.durationMillis()));
          if (report.state().isEnd()) {
            expectSuccess(report);
            slowest = Math.max(slowest, System.nanoTime() - sent);
            open.remove(report.taskId());
          }
        }
      }
      Map<String, Double> medians = new TreeMap<>();
      steps.forEach((step, millis) -> medians.put(step, Comparison.median(millis)));
      return new Run(System.nanoTime() - begun, slowest, medians);
    }
  }

  private static void expectSuccess(StatusReport report) {
    if (report.state() != TaskState.SUCCEEDED) {
      throw failed(
          "carry " + report.taskId() + " out",
          "it ended " + report.state() + report.reason().map(it -> ": " + it.detail()).orElse(""));
    }
  }

  private TaskDispatch ofPackage(String service) {
    stage.stopLater("local/" + service, RuntimeKind.PROCESS);
    ObjectNode parameters = Json.mapper().createObjectNode().put("port", LocalPorts.free());
    parameters.putObject("package").put("name", SamplePackage.NAME).put("version", VERSION);
    return Orders.task(BY, "bench-" + service, "deploy", service, parameters);
  }

  private static TaskDispatch ofImage(Target target, Rival rival) {
    ObjectNode parameters = Json.mapper().createObjectNode().put("image", rival.image());
    switch (rival) {
      case ComposeUp _ -> parameters.put("runtime", "docker").put("port", LocalPorts.free());
      case KubectlApply cluster -> {
        String path = cluster.namespace().path(target.service());
        parameters.put("port", KubectlApply.PORT);
        parameters.putObject("env").put("VERSION", VERSION);
        parameters.putObject("health").putObject("http").put("path", path);
      }
    }
    return task("bench-" + target.service(), "deploy", target, parameters);
  }

  private static TaskDispatch stop(Target target) {
    return task("bench-stop-" + target.service(), "stop", target, Json.mapper().createObjectNode());
  }

  private static TaskDispatch task(
      String taskId, String operation, Target target, ObjectNode parameters) {
    return Orders.task(BY, taskId, operation, target, parameters, Optional.empty());
  }

  private static CommandFailed failed(String action, String cause) {
    return new CommandFailed(
        ExitCode.FAILED,
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            action,
            cause,
            "see what is installed: ops-agent doctor"));
  }
}
