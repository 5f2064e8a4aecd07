package dev.opsagent.faults;

import dev.opsagent.authority.Effect;
import dev.opsagent.execution.Guards;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.faults.EffectLedger.Line;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * A world that is one folder, the same for every worker of a test: an {@link EffectLedger} that
 * probes read and effects append to, and signals that the test gives to steps that wait for them.
 */
final class FileWorld implements BiFunction<TaskDispatch, PlannedStep, Step> {
  static final List<PlannedStep> STEPS = List.of(planned("one"), planned("two"), planned("three"));

  private final Path folder;
  private final EffectLedger effects;

  FileWorld(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.effects = new EffectLedger(folder.resolve("effects"));
  }

  EffectLedger effects() {
    return effects;
  }

  /** Lets everything go on that waits for the signal. */
  void signal(String name) {
    try {
      Files.createFile(folder.resolve(name + ".signal"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder that {@link Behaviour#FILLS} writes to; a test links it to a small disk. */
  Path disk() {
    return folder.resolve("disk");
  }

  @Override
  public Step apply(TaskDispatch task, PlannedStep planned) {
    return new FileStep(task, planned.name());
  }

  private static PlannedStep planned(String name) {
    return new PlannedStep(
        name,
        "note " + name,
        false,
        Reversibility.REVERSIBLE,
        List.of(new Effect(Effect.Kind.GIT_REFS, name)),
        List.of(),
        Duration.ofMinutes(2),
        3);
  }

  private final class FileStep implements Step {
    private final TaskDispatch task;
    private final String name;

    FileStep(TaskDispatch task, String name) {
      this.task = task;
      this.name = name;
    }

    @Override
    public Optional<Guards.Peer> peer() {
      return cue(Behaviour.ASKS).map(cue -> new Guards.Peer("http", "127.0.0.1:" + cue.argument()));
    }

    @Override
    public Probe probe(StepContext context) {
      if (unless(Behaviour.UNKNOWN) && begun() > 0) {
        return new Probe.Unknown(failure("nobody can say"));
      }
      return stands() ? new Probe.Satisfied(Facts.NONE) : new Probe.Missing();
    }

    @Override
    public Outcome apply(StepContext context) {
      note(Kind.BEGIN);
      try {
        return attempt(context);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return new Outcome.Failed(failure("interrupted"));
      }
    }

    private Outcome attempt(StepContext context) throws InterruptedException {
      Optional<Failure> refused = beforeEffect();
      if (refused.isPresent()) {
        return new Outcome.Failed(refused.get());
      }
      context.fence().check(); // after a long step, as close to the effect as can be
      note(Kind.APPLY);
      await(Behaviour.LINGERS);
      return cue(Behaviour.LIES).isPresent()
          ? new Outcome.Failed(failure("it says"))
          : new Outcome.Applied(Facts.NONE);
    }

    private Optional<Failure> beforeEffect() throws InterruptedException {
      Optional<Cue> slow = cue(Behaviour.SLOW);
      if (slow.isPresent()) {
        pause(Long.parseLong(slow.get().argument()));
      }
      await(Behaviour.WAITS);
      await(Behaviour.HANGS);
      Optional<Cue> fills = cue(Behaviour.FILLS);
      if (fills.isPresent()) {
        fill(fills.get().argument());
      }
      if (cue(Behaviour.FAILS).isPresent()) {
        return Optional.of(failure("it fails"));
      }
      if (cue(Behaviour.FAILS_ONCE).isPresent() && begun() == 1) {
        return Optional.of(passing("it fails once"));
      }
      if (unless(Behaviour.UNAVAILABLE)) {
        return Optional.of(passing("503"));
      }
      Optional<Cue> asks = cue(Behaviour.ASKS);
      return asks.isPresent() ? ask(asks.get().argument()) : Optional.empty();
    }

    @Override
    public Undo undo(StepContext context) {
      try {
        await(Behaviour.UNDO_WAITS);
        if (unless(Behaviour.UNDO_BREAKS)) {
          throw new IllegalStateException("the undo breaks");
        }
        if (unless(Behaviour.UNDO_FAILS)) {
          return new Undo.UndoFailed(failure("it cannot be undone"));
        }
        if (stands()) {
          context.fence().check();
          note(Kind.UNDO);
        }
        await(Behaviour.UNDO_LINGERS);
        return new Undo.Undone();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return new Undo.UndoFailed(passing("interrupted"));
      }
    }

    private boolean stands() {
      return effects.stands(task.taskId(), name);
    }

    private int begun() {
      return effects.count(task.taskId(), name, Kind.BEGIN);
    }

    private void note(Kind kind) {
      long worker = ProcessHandle.current().pid();
      effects.add(new Line(task.taskId(), task.target().key(), name, kind, worker));
    }

    private Optional<Cue> cue(Behaviour behaviour) {
      return Cue.find(task, name, behaviour);
    }

    /** Whether the step behaves so, and the signal that ends it has not been given. */
    private boolean unless(Behaviour behaviour) {
      return cue(behaviour).filter(cue -> !given(cue.argument())).isPresent();
    }

    private void await(Behaviour behaviour) throws InterruptedException {
      await(cue(behaviour).map(Cue::argument));
    }

    private void await(Optional<String> signal) throws InterruptedException {
      while (signal.isPresent() && !given(signal.get())) {
        pause(5);
      }
    }

    private void fill(String freed) throws InterruptedException {
      Path mine = disk().resolve(task.taskId());
      try (OutputStream out =
          Files.newOutputStream(Files.createDirectories(mine).resolve("fill"))) {
        for (byte[] block = new byte[1 << 12]; ; ) {
          out.write(block);
        }
      } catch (IOException full) {
        await(Optional.of(freed));
        throw new UncheckedIOException(full);
      }
    }

    private Optional<Failure> ask(String port) throws InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + task.taskId()))
              .timeout(Duration.ofSeconds(10))
              .build();
      try (HttpClient client = HttpClient.newHttpClient()) {
        int status = client.send(request, BodyHandlers.discarding()).statusCode();
        return status == 200 ? Optional.empty() : Optional.of(silent("answered " + status));
      } catch (IOException e) {
        return Optional.of(silent(e.toString()));
      }
    }

    private Failure failure(String cause) {
      return Failure.of(ReasonCode.TOOL_FAILED, "note " + name, cause, "");
    }

    /** What a tool says of a peer that is not well. */
    private Failure silent(String cause) {
      return Failure.passing(ReasonCode.UNREACHABLE, "note " + name, cause, "");
    }

    private Failure passing(String cause) {
      return Failure.passing(ReasonCode.TOOL_FAILED, "note " + name, cause, "");
    }
  }

  private boolean given(String signal) {
    return Files.exists(folder.resolve(signal + ".signal"));
  }

  private static void pause(long millis) throws InterruptedException {
    boolean _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }
}
