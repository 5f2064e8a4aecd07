package dev.opsagent.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.StatusReport.Waiting;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepTreeTest {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final StepTree TREE = new StepTree(80, 23, Style.PLAIN);

  @Test
  void taskInItsMiddleShowsGlyphWordNameAndDurationOfEachStep() {
    TaskView task =
        TaskView.of(planned(4))
            .with(step(2, 1, Outcome.STARTED, 0))
            .with(step(3, 1, Outcome.DONE, 1234))
            .with(step(4, 2, Outcome.STARTED, 0));

    assertThat(TREE.render(task, START.plusSeconds(9)))
        .containsExactly(
            "▸ RUNNING  push local/shop  task t-1  9.0 s",
            "  ✔ done            do step 1                                              1.2 s",
            "  ▸ running         do step 2                                              5.0 s",
            "  · planned         do step 3",
            "  · planned         do step 4");
  }

  @Test
  void waitingTaskShowsTheOneWaitingSentence() {
    Waiting waiting =
        new Waiting(
            "a decision",
            "an operator",
            START,
            START.plusSeconds(3600),
            TaskState.IN_DOUBT,
            "ops-agent resolve t-1 continue|done|undone|abandon");
    Reason reason = new Reason(ReasonCode.EFFECT_IN_DOUBT, "nobody knows", Optional.empty());
    TaskView task =
        TaskView.of(
            report(
                1,
                TaskState.AWAITING_DECISION,
                Optional.empty(),
                Optional.empty(),
                Optional.of(reason),
                Optional.of(waiting)));

    assertThat(String.join("\n", TREE.render(task, START)))
        .contains("? AWAITING_DECISION", "EFFECT_IN_DOUBT: nobody knows")
        .contains("waits for a decision from an operator since 2026-01-02T03:04:05Z");
  }

  @Test
  void aTaskThatHasEndedShowsWhatBecameOfItsRequirements() {
    List<Deliverable> results =
        List.of(
            new RequirementResult(
                Requirement.ERROR_RATE, "at most 0.01", "0 of 100 failed", true, "check"),
            new RequirementResult(
                Requirement.BUILD_TIME,
                "at most PT1M",
                "accepted \u001b[31mby hand",
                false,
                "check"));
    StatusReport end = ended(results);

    assertThat(TREE.render(TaskView.of(end), START))
        .containsExactly(
            "✔ SUCCEEDED  push local/shop  task t-1  0 ms",
            "  ✔ satisfied performance.errorRate at most 0.01: 0 of 100 failed (check)",
            "  ! accepted performance.buildTime at most PT1M: accepted \\u{1b}[31mby hand (ch…");
    assertThat(new Transitions(Style.PLAIN).of(end))
        .hasSize(3)
        .element(1)
        .asString()
        .endsWith("✔ satisfied performance.errorRate at most 0.01: 0 of 100 failed (check)");
  }

  private static StatusReport ended(List<Deliverable> deliverables) {
    return new StatusReport(
        "t-1",
        "push",
        new Target("local", "shop"),
        TaskState.SUCCEEDED,
        9,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        deliverables,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        START);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 50, 100, 198, 199, 200})
  void twoHundredStepsFitATerminalAndTheRunningOneIsShown(int done) {
    List<StatusReport> reports = new ArrayList<>(List.of(planned(200)));
    IntStream.rangeClosed(1, done).forEach(it -> reports.add(step(it + 1, it, Outcome.DONE, 40)));
    if (done < 200) {
      reports.add(step(done + 2, done + 1, Outcome.STARTED, 0));
    }
    TaskView task = view(reports);

    List<String> lines = TREE.render(task, START.plusSeconds(3));

    assertThat(lines).hasSizeLessThanOrEqualTo(23);
    assertThat(lines).allSatisfy(it -> assertThat(it.length()).isLessThanOrEqualTo(80));
    if (done < 200) {
      assertThat(lines).anySatisfy(it -> assertThat(it).contains("do step " + (done + 1) + " "));
    }
    if (done > 2) {
      assertThat(lines.get(1)).contains("finished before");
    }
  }

  @Test
  void failedStepStaysInSightWhenManyComeAfterIt() {
    List<StatusReport> reports = new ArrayList<>(List.of(planned(60)));
    reports.add(step(2, 1, Outcome.DONE, 40));
    reports.add(step(3, 2, Outcome.FAILED, 40));

    assertThat(String.join("\n", TREE.render(view(reports), START))).contains("✘ failed");
  }

  @Test
  void toolOutputInDescriptionsCannotReachTheTerminal() {
    StepReport evil =
        new StepReport("x", "a\u001b[2Jb\r\nc\u202Ed", 1, 1, Outcome.STARTED, 0, Optional.empty());
    TaskView task =
        TaskView.of(
            report(
                1,
                TaskState.RUNNING,
                Optional.of(evil),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));

    assertThat(TREE.render(task, START).get(1))
        .contains("a\\u{1b}[2Jb\\r\\nc\\u{202e}d")
        .doesNotContain("\u001b", "\r", "\n", "\u202E");
  }

  @Test
  void colourOnlyRepeatsWhatGlyphAndWordSay() {
    TaskView task = TaskView.of(planned(1)).with(step(2, 1, Outcome.DONE, 40));
    StepTree coloured = new StepTree(80, 23, Style.COLOUR);

    List<String> stripped =
        coloured.render(task, START).stream()
            .map(it -> it.replaceAll("\u001b\\[[0-9;]*m", ""))
            .toList();

    assertThat(stripped).isEqualTo(TREE.render(task, START));
  }

  @Test
  void styleFollowsTheEnvironment() {
    assertThat(Style.of(Map.of(), true)).isEqualTo(Style.COLOUR);
    assertThat(Style.of(Map.of(), false)).isEqualTo(Style.PLAIN);
    assertThat(Style.of(Map.of("NO_COLOR", "1"), true)).isEqualTo(Style.PLAIN);
    assertThat(Style.of(Map.of("CLICOLOR_FORCE", "1"), false)).isEqualTo(Style.COLOUR);
    assertThat(Style.of(Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1"), false))
        .isEqualTo(Style.PLAIN);
    assertThat(Style.of(Map.of("TERM", "dumb"), true)).isEqualTo(Style.PLAIN);
  }

  @Test
  void liveTreeRepaintsAtMostFiveTimesASecondAndAlwaysAtTheEnd() {
    StringWriter out = new StringWriter();
    AtomicReference<Instant> now = new AtomicReference<>(START);
    LiveTree live = new LiveTree(new PrintWriter(out), TREE, now::get);

    live.report(planned(3));
    for (int revision = 2; revision < 20; revision++) {
      live.report(step(revision, 1, Outcome.RETRYING, 0));
    }
    assertThat(frames(out)).isEqualTo(1);
    now.set(START.plusMillis(200));
    live.tick();
    assertThat(frames(out)).isEqualTo(2);
    live.report(
        report(
            20,
            TaskState.SUCCEEDED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    assertThat(frames(out)).isEqualTo(3);
  }

  @Test
  void appendedLinesHaveOnePerTransitionAndAHeartbeatEveryHalfMinute() {
    StringWriter out = new StringWriter();
    AtomicReference<Instant> now = new AtomicReference<>(START);
    AppendedLines lines = new AppendedLines(new PrintWriter(out), Style.PLAIN, now::get);

    lines.report(planned(2));
    lines.report(step(2, 1, Outcome.STARTED, 0));
    for (int second = 0; second <= 61; second++) {
      now.set(START.plusSeconds(second));
      lines.tick();
    }

    assertThat(out.toString().lines())
        .containsExactly(
            "2026-01-02T03:04:05.000Z t-1#1 ▸ RUNNING  plan of 2 steps sha256:" + "a".repeat(64),
            "2026-01-02T03:04:07.000Z t-1#2 ▸ running  [1/2] step-1: do step 1",
            "2026-01-02T03:04:35.000Z t-1 still RUNNING after 30.0 s, in step-1",
            "2026-01-02T03:05:05.000Z t-1 still RUNNING after 1 min 00 s, in step-1");
  }

  @Test
  void durationsReadWell() {
    assertThat(Lasting.words(Duration.ofMillis(40))).isEqualTo("40 ms");
    assertThat(Lasting.words(Duration.ofMillis(59_999))).isEqualTo("59.9 s");
    assertThat(Lasting.words(Duration.ofSeconds(245))).isEqualTo("4 min 05 s");
    assertThat(Lasting.words(Duration.ofMinutes(130))).isEqualTo("2 h 10 min");
  }

  private static long frames(StringWriter out) {
    return out.toString().split("\u001b\\[J", -1).length - 1L;
  }

  private static TaskView view(List<StatusReport> reports) {
    TaskView view = TaskView.of(reports.getFirst());
    for (StatusReport report : reports) {
      view = view.with(report);
    }
    return view;
  }

  private static StatusReport planned(int steps) {
    List<PlannedStepReport> planned =
        IntStream.rangeClosed(1, steps)
            .mapToObj(it ->
                new PlannedStepReport(
                    "step-" + it, "do step " + it, "reversible", List.of(), List.of()))
            .toList();
    return report(
        1,
        TaskState.RUNNING,
        Optional.empty(),
        Optional.of(new PlanReport("sha256:" + "a".repeat(64), planned)),
        Optional.empty(),
        Optional.empty());
  }

  private static StatusReport step(long revision, int index, Outcome outcome, long millis) {
    StepReport step =
        new StepReport(
            "step-" + index, "do step " + index, index, 200, outcome, millis, Optional.empty());
    StepReport counted =
        revision == 2 && outcome == Outcome.STARTED
            ? new StepReport("step-1", "do step 1", 1, 2, outcome, millis, Optional.empty())
            : step;
    return report(
        revision,
        TaskState.RUNNING,
        Optional.of(counted),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static StatusReport report(
      long revision,
      TaskState state,
      Optional<StepReport> step,
      Optional<PlanReport> plan,
      Optional<Reason> reason,
      Optional<Waiting> waiting) {
    return new StatusReport(
        "t-1",
        "push",
        new Target("local", "shop"),
        state,
        revision,
        step,
        reason,
        plan,
        List.of(),
        List.of(),
        waiting,
        Optional.empty(),
        Optional.empty(),
        START.plusSeconds(revision == 1 ? 0 : Math.min(revision, 4)));
  }
}
