package dev.opsagent.cli;

import dev.opsagent.cli.drill.DrilledStack;
import dev.opsagent.cli.drill.Released;
import dev.opsagent.cli.drill.StackReports;
import dev.opsagent.cli.drill.StackResult;
import dev.opsagent.configuration.Setting;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.ObjectNode;

/** The drill's course: a stack, a release from outside, then a kill and an upgrade under load. */
final class StackDrill {
  private static final int WORKERS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(6);
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Surroundings around;
  private final DrilledStack stack;
  private final String name;
  private final StackReports reports = new StackReports();

  /**
   * @param name what the ids of its tasks begin with
   */
  StackDrill(Surroundings around, DrilledStack stack, String name) {
    this.around = around;
    this.stack = stack;
    this.name = name;
  }

  /**
   * Goes through it.
   *
   * @param key a file that is not there yet
   */
  StackResult run(int tasks, Path key) throws IOException, InterruptedException {
    say("building the worker's image (a minute or two at first use)");
    stack.build();
    say("starting the stack as the project " + name);
    stack.start();
    stack.copyKey(key);
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.BOOTSTRAP, stack.bootstrap());
    flags.put(Setting.KEY, key.toString());
    try (Bus bus = ClientBus.open(new ConfigurationOptions().load(around, flags).configuration());
        Bus.Reports stream = bus.reports(Optional.empty(), Bus.From.NOW)) {
      say("dispatching a release from outside");
      dispatch(bus, 1);
      awaitEnds(stream);
      say("scaling to %d workers".formatted(WORKERS));
      stack.scale(WORKERS);
      double takeover = killed(bus, stream, tasks / 2);
      double upgrade = upgraded(bus, stream, tasks - tasks / 2);
      return result(takeover, upgrade);
    }
  }

  private void dispatch(Bus bus, int tasks) {
    List<String> services = stack.services();
    for (int i = 0; i < tasks; i++) {
      int number = reports.count();
      String service = services.get(number % services.size());
      ObjectNode parameters = Json.mapper().createObjectNode().put("bump", "patch");
      parameters.putObject("publish");
      RepositoryRef repository =
          new RepositoryRef(
              DrilledStack.repository(service), Optional.of("main"), Optional.empty());
      TaskDispatch task =
          Orders.task(
              "drill", name + "-" + number, "push", service, parameters, Optional.of(repository));
      reports.sent(task);
      bus.send(task);
    }
  }

  /** Kills one of the workers amid steps. */
  private double killed(Bus bus, Bus.Reports stream, int tasks)
      throws IOException, InterruptedException {
    String victim = stack.workers().getFirst();
    say("dispatching %d releases, and killing a worker amid them".formatted(tasks));
    long enough = reports.begun() + Math.min(tasks, stack.services().size()) / 2;
    dispatch(bus, tasks);
    await(stream, "see the releases begin", () -> reports.begun() >= enough);
    stack.kill(victim);
    Instant killed = around.clock().instant();
    Set<String> targets = reports.targets();
    await(stream, "see the targets served again", () -> reports.heardOf(targets, killed));
    double seconds = seconds(reports.silence(targets, killed));
    say(
        "%d targets had work; the last was served again after %.1f s"
            .formatted(targets.size(), seconds));
    awaitEnds(stream);
    stack.forget(victim);
    stack.scale(WORKERS);
    return seconds;
  }

  /** Replaces one worker after the other by one of a new image. */
  private double upgraded(Bus bus, Bus.Reports stream, int tasks)
      throws IOException, InterruptedException {
    stack.upgrade();
    List<String> old = stack.workers();
    say("dispatching %d releases, and replacing all workers amid them".formatted(tasks));
    dispatch(bus, tasks);
    Instant begun = around.clock().instant();
    for (String worker : old) {
      stack.stop(worker);
      stack.forget(worker);
      stack.scale(WORKERS);
    }
    double seconds = seconds(Duration.between(begun, around.clock().instant()));
    awaitEnds(stream);
    return seconds;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** Holds what was told against what the registry and the repositories have. */
  private StackResult result(double takeover, double upgrade)
      throws IOException, InterruptedException {
    int missing = 0;
    int repeated = reports.endedAgain();
    int reordered = 0;
    for (String service : stack.services()) {
      Released released = stack.released(service, reports.versions("local/" + service));
      missing += released.missing();
      repeated += released.repeated();
      reordered += released.reordered();
    }
    return new StackResult(
        reports.count(),
        reports.ended(TaskState.SUCCEEDED),
        reports.open().size() + missing,
        repeated,
        reordered,
        WORKERS,
        takeover,
        upgrade);
  }

  private void awaitEnds(Bus.Reports stream) {
    await(stream, "see the releases end", () -> reports.open().isEmpty());
  }

  /** A task that failed has failed the drill; nothing is waited for any longer. */
  private void await(Bus.Reports stream, String what, BooleanSupplier done) {
    Instant deadline = around.clock().instant().plus(PATIENCE);
    while (!done.getAsBoolean()) {
      List<String> failures = reports.failures();
      if (!failures.isEmpty() || around.clock().instant().isAfter(deadline)) {
        String open =
            "%d of %d tasks have not ended".formatted(reports.open().size(), reports.count());
        throw new CommandFailed(
            ExitCode.FAILED,
            Failure.of(
                ReasonCode.PRECONDITION_FAILED,
                what,
                failures.isEmpty() ? open : String.join("; ", failures) + "; " + open,
                "see above what the workers said last"));
      }
      reports.came(stream.poll(LOOK));
    }
  }

  private void say(String line) {
    around.err().println("• " + line);
    around.err().flush();
  }
}
