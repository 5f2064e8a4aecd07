package dev.opsagent.bench;

import dev.opsagent.OpsAgent;
import dev.opsagent.authority.Effect;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.ConfigurationSources;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.configuration.Setting;
import dev.opsagent.console.Metrics;
import dev.opsagent.execution.Step;
import dev.opsagent.operations.rehearsal.RehearsalOperation;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A worker in a process of its own, whose tasks have three steps that do nothing. */
final class WorkerJvm {
  static final String HOLD = "hold";

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private WorkerJvm() {}

  /**
   * @param args bootstrap address, prefix of the topics, data folder; then, for steps that probe
   *     and never end, {@link #HOLD} and how many of them there will be
   */
  public static void main(String[] args)
      throws IOException, OpsAgent.CannotStart, InterruptedException {
    Metrics metrics = new Metrics();
    Optional<HeldSteps> held =
        args.length > 3 && args[3].equals(HOLD)
            ? Optional.of(new HeldSteps(Integer.parseInt(args[4])))
            : Optional.empty();
    OpsAgent agent =
        OpsAgent.rehearse(
            configuration(args[0], args[1], Path.of(args[2]), held.isPresent() ? "6s" : "10s"),
            metrics,
            Map.of("push", operation(held)));
    while (!agent.ready()) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    long ready = System.nanoTime();
    held.ifPresent(steps ->
        Thread.ofPlatform().daemon().start(() -> steps.tell(ready, () -> restoreMillis(metrics))));
    Lifeline.hold("worker", agent::close);
  }

  /** How long the slowest partition took; they are restored side by side. */
  private static OptionalLong restoreMillis(Metrics metrics) {
    return metrics
        .scrape()
        .lines()
        .filter(line -> line.startsWith("ops_agent_restore_seconds_max "))
        .mapToLong(line -> Math.round(1000 * Double.parseDouble(line.split(" ", -1)[1])))
        .findFirst();
  }

  private static Configuration configuration(
      String bootstrap, String prefix, Path data, String session) {
    // What is measured is the engine; a benchmark of its own measures signatures.
    Map<Setting, String> flags =
        Map.of(
            Setting.SIGNATURES,
            "off",
            Setting.BOOTSTRAP,
            bootstrap,
            Setting.TOPIC_PREFIX,
            prefix,
            Setting.GROUP,
            prefix,
            Setting.PARTITIONS,
            Integer.toString(Tasks.PARTITIONS),
            Setting.DATA,
            data.toString(),
            Setting.SESSION_TIMEOUT,
            session,
            Setting.HTTP_PORT,
            "0");
    return switch (new ConfigurationSources(Map.of(), data, data).load(Optional.empty(), flags)) {
      case Loaded.Valid valid -> valid.configuration();
      case Loaded.Invalid invalid -> throw new BenchFailed(invalid.problems().toString());
    };
  }

  private static RehearsalOperation operation(Optional<HeldSteps> held) {
    List<Effect> effects =
        held.isPresent() ? List.of(new Effect(Effect.Kind.DEPLOYMENT, "nothing")) : List.of();
    List<PlannedStep> steps =
        Stream.of("first", "second", "third").map(name -> planned(name, effects)).toList();
    Step step = held.<Step>map(it -> it).orElseGet(NoStep::new);
    return new RehearsalOperation("push", steps, (_, _) -> step);
  }

  private static PlannedStep planned(String name, List<Effect> effects) {
    return new PlannedStep(
        name,
        "do nothing as the " + name + " step",
        false,
        Reversibility.REVERSIBLE,
        effects,
        List.of(),
        Duration.ofMinutes(10),
        3);
  }
}
