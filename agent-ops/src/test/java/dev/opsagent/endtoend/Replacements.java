package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The workers of a test, each of which goes on with what the one before left. */
final class Replacements {
  private final TestStack stack;
  private final InstantSource clock = InstantSource.system();
  private WorkerProcess worker;

  Replacements(TestStack stack) {
    this.stack = stack;
    this.worker = stack.startWorker().awaitReady();
  }

  /** One worker's end: where the task stood by its reports, and when the worker was gone. */
  record Replacement(StatusReport seen, Instant at) {
    String place() {
      return seen.step().map(StepReport::name).orElse(seen.state().name());
    }

    /** Whether the step was under way: its end was written down by the next worker. */
    boolean hit(List<StatusReport> reports) {
      return reports.stream()
          .filter(report -> report.step().filter(this::endsTheStep).isPresent())
          .allMatch(report -> report.at().isAfter(at));
    }

    private boolean endsTheStep(StepReport step) {
      Set<Outcome> ends =
          seen.step().filter(it -> it.outcome() == Outcome.UNDOING).isPresent()
              ? Set.of(Outcome.UNDONE, Outcome.REMAINS)
              : Set.of(Outcome.DONE, Outcome.ALREADY_DONE);
      return ends.contains(step.outcome()) && step.name().equals(place());
    }
  }

  /** What a test does between seeing the report and ending the worker. */
  interface Wait {
    void after(StatusReport report);
  }

  /** Dispatches a task and kills the worker once at every place that the test wants. */
  List<Replacement> killed(TaskDispatch task, Predicate<StatusReport> wanted, Wait wait) {
    return replaced(task, wanted, wait, this::kill);
  }

  /** The same, with another end of the worker. */
  List<Replacement> replaced(
      TaskDispatch dispatch,
      Predicate<StatusReport> wanted,
      Wait wait,
      Supplier<Instant> replacement) {
    List<Replacement> ends = new ArrayList<>();
    try (FollowedTask task = new FollowedTask(stack.client, dispatch.taskId())) {
      stack.dispatch(dispatch);
      StatusReport report = task.next();
      while (!report.state().isEnd()) {
        if (wanted.test(report)) {
          wait.after(report);
          ends.add(new Replacement(report, replacement.get()));
        }
        report = task.next();
      }
      StatusReport end = report;
      // On a busy machine the last step may have ended before it could be cut off.
      long inTime = ends.stream().filter(one -> one.at().isBefore(end.at())).count();
      assertThat(inTime).as("%s", ends).isGreaterThanOrEqualTo(Math.max(1, ends.size() - 1));
    }
    return ends;
  }

  /** Kills the worker and starts the next one. */
  Instant kill() {
    return kill(stack.data);
  }

  /** The same, on a machine with another data folder. */
  Instant kill(Path data) {
    worker.kill();
    Instant gone = clock.instant();
    worker = stack.startWorker(data).awaitReady();
    return gone;
  }

  /** Asks the worker to end, and starts the next one. */
  Instant terminate() {
    Instant asked = clock.instant();
    worker.terminate();
    worker = stack.startWorker().awaitReady();
    return asked;
  }
}
