package dev.opsagent.simulation;

import dev.opsagent.authority.Effect;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to happen in one schedule, made of its seed: the plan that every task has, who sends what
 * and when, how each step behaves, and which faults strike.
 *
 * @param scripts by task and step
 * @param commitFaults how many transactions may go wrong
 */
record Scenario(
    List<PlannedStep> plan,
    Map<String, Script> scripts,
    Map<String, Lookup> lookups,
    List<Sent> messages,
    List<Fault> faults,
    int commitFaults) {
  /** The time in which messages are sent and faults strike. */
  static final Duration BUSY = Duration.ofMinutes(5);

  private static final Duration STEP_TIMEOUT = Duration.ofSeconds(10);

  Scenario {
    plan = List.copyOf(plan);
    scripts = Map.copyOf(scripts);
    lookups = Map.copyOf(lookups);
    messages = List.copyOf(messages);
    faults = List.copyOf(faults);
  }

  /**
   * A message on an input topic.
   *
   * @param digest of an order's payload; empty for others
   */
  record Sent(Duration at, Input input, Message message, String digest) {}

  /** Something that goes wrong, with the partition's owner unless it says otherwise. */
  record Fault(Duration at, Kind kind, Duration lasts) {
    /** What goes wrong. */
    enum Kind {
      CRASH,
      /** The process stands still and goes on later, without knowing. */
      STOP,
      /** Neither brokers nor group hear of the process for a while. */
      CUT_OFF,
      /** No broker answers anybody. */
      BROKERS_GONE,
      /** The group gives the partition to somebody else, in good order. */
      REBALANCE,
      /** The process believes that its journal is lost. */
      JOURNAL_LOST,
      CLOCK_JUMP,
      /** Somebody else's transaction hides the ledger's end. */
      HANGING_TRANSACTION,
      COMPACTION
    }
  }

  /** How looking up what a plan needs goes. */
  enum Lookup {
    WORKS,
    SLOW,
    FAILS,
    THROWS,
    HANGS,
    HANGS_DEAF
  }

  static Scenario of(Dice dice) {
    return new Making(dice).make();
  }

  Script script(String taskId, String step) {
    return scripts.getOrDefault(
        taskId + "/" + step,
        new Script(
            Script.Doing.WORKS, Script.Undoing.WORKS, Duration.ZERO, Duration.ZERO, Duration.ZERO));
  }

  Lookup lookup(String taskId) {
    return lookups.getOrDefault(taskId, Lookup.WORKS);
  }

  /** The same work, with nothing going wrong around it. */
  Scenario calm() {
    return new Scenario(plan, scripts, lookups, messages, List.of(), 0);
  }

  private static final class Making {
    private final Dice dice;
    private final List<PlannedStep> plan = new ArrayList<>();
    private final Map<String, Script> scripts = new HashMap<>();
    private final Map<String, Lookup> lookups = new HashMap<>();
    private final List<Sent> messages = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();

    Making(Dice dice) {
      this.dice = dice;
    }

    Scenario make() {
      steps();
      int tasks = 1 + dice.below(5);
      int targets = 1 + dice.below(3);
      for (int task = 0; task < tasks; task++) {
        task("t" + task, new Target("local", "s" + dice.below(targets)));
      }
      // A third of the schedules has nothing but its tasks to struggle with.
      int most = dice.chance(3) ? 0 : 5;
      int count = most == 0 ? 0 : dice.below(most);
      for (int fault = 0; fault < count; fault++) {
        Fault.Kind kind = dice.pick(List.of(Fault.Kind.values()));
        faults.add(new Fault(moment(), kind, seconds(1, 60)));
      }
      int commitFaults = most == 0 ? 0 : dice.below(most);
      return new Scenario(plan, scripts, lookups, messages, faults, commitFaults);
    }

    private void steps() {
      if (dice.chance(2)) {
        plan.add(step("check", false, Optional.empty()));
      }
      if (dice.chance(2)) {
        plan.add(step("build", true, Optional.empty()));
      }
      plan.add(step("tag", false, Optional.of(Effect.Kind.GIT_REFS)));
      if (dice.chance(2)) {
        plan.add(step("publish", false, Optional.of(Effect.Kind.PACKAGE_PUBLISH)));
      }
      if (dice.chance(2)) {
        plan.add(step("deploy", false, Optional.of(Effect.Kind.DEPLOYMENT)));
      }
    }

    private PlannedStep step(String name, boolean workspace, Optional<Effect.Kind> effect) {
      return new PlannedStep(
          name,
          "do " + name,
          workspace,
          Reversibility.REVERSIBLE,
          effect.stream().map(kind -> new Effect(kind, name)).toList(),
          List.of(),
          STEP_TIMEOUT,
          1 + dice.below(3));
    }

    private void task(String id, Target target) {
      for (PlannedStep step : plan) {
        scripts.put(id + "/" + step.name(), Script.of(dice));
      }
      if (dice.chance(6)) {
        lookups.put(id, dice.pick(List.of(Lookup.values())));
      }
      TaskDispatch order = order(id, target, dice.chance(8));
      String digest = EventCodec.payloadDigest(order);
      Duration at = moment();
      messages.add(new Sent(at, Input.TASKS, order, digest));
      while (dice.chance(4)) {
        Input input = dice.pick(List.of(Input.values()));
        messages.add(new Sent(moment(), input, order, digest));
      }
      if (dice.chance(6)) {
        TaskDispatch other = order(id, target, !order.dryRun());
        messages.add(new Sent(moment(), Input.TASKS, other, EventCodec.payloadDigest(other)));
      }
      while (dice.chance(4)) {
        TaskCancel cancel = new TaskCancel(id, target, "pm", "no longer");
        Duration when = dice.chance(2) ? moment() : at.plus(seconds(0, 20));
        messages.add(new Sent(when, Input.CONTROL, cancel, ""));
      }
      if (dice.chance(10)) {
        // Before anything waits for it, so most likely ignored.
        Decision decision = dice.chance(2) ? Decision.CONTINUE : Decision.ABANDON;
        messages.add(
            new Sent(
                Duration.ZERO,
                Input.CONTROL,
                new TaskResolve(id, target, "ann", decision, "too early"),
                ""));
      }
    }

    private TaskDispatch order(String id, Target target, boolean dryRun) {
      Optional<Duration> timeout =
          dice.chance(3) ? Optional.of(Duration.ofSeconds(1 + dice.below(119))) : Optional.empty();
      Requirements requirements = timeout.map(Requirements::within).orElse(Requirements.NONE);
      return new TaskDispatch(
          id,
          "push",
          target,
          Optional.empty(),
          Json.mapper().createObjectNode(),
          requirements,
          List.of(),
          "pm",
          dryRun,
          Optional.empty());
    }

    private Duration moment() {
      return dice.millis((int) (BUSY.toMillis() / (1 + dice.below(20))));
    }

    private Duration seconds(int from, int to) {
      return Duration.ofSeconds(from).plus(dice.millis((to - from) * 1000));
    }
  }
}
