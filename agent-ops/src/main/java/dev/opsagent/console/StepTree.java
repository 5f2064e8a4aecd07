package dev.opsagent.console;

import dev.opsagent.console.Style.Tint;
import dev.opsagent.console.TaskView.StepView;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The one step tree: glyph, word, name, duration. Finished steps fold as soon as the whole would
 * not fit.
 *
 * @param width columns
 * @param height lines; the tree never takes more
 */
public record StepTree(int width, int height, Style style) {
  private static final int WORD = 15;
  private static final int TIME = 12;

  /** The lines that show the task now. */
  public List<String> render(TaskView task, Instant now) {
    List<String> head = List.of(heading(task, now));
    List<String> foot = foot(task);
    List<String> lines = new ArrayList<>(head);
    lines.addAll(steps(task, now, Math.max(1, height - head.size() - foot.size())));
    lines.addAll(foot);
    return lines.subList(0, Math.min(lines.size(), height));
  }

  private String heading(TaskView task, Instant now) {
    Mark mark = Mark.of(task.state());
    Instant end = task.state().isEnd() ? task.at() : now;
    String time = Lasting.words(Duration.between(task.began(), end));
    String plain =
        "%s %s  %s %s  task %s  %s"
            .formatted(
                mark.glyph(), mark.word(), task.operation(), task.target(), task.taskId(), time);
    String cut = Escape.line(plain, width);
    String state = mark.glyph() + " " + mark.word();
    return style.paint(mark.tint(), state) + cut.substring(Math.min(state.length(), cut.length()));
  }

  private List<String> steps(TaskView task, Instant now, int room) {
    List<StepView> steps = task.steps();
    if (steps.size() <= room) {
      return steps.stream().map(it -> line(it, now)).toList();
    }
    int from = firstShown(steps, room);
    int to = Math.min(steps.size(), from + room - (from > 0 ? 1 : 0));
    if (to < steps.size()) {
      to = Math.max(from + 1, to - 1);
    }
    List<String> lines = new ArrayList<>();
    if (from > 0) {
      lines.add(fold(steps.subList(0, from), "before"));
    }
    steps.subList(from, to).forEach(it -> lines.add(line(it, now)));
    if (to < steps.size()) {
      lines.add(fold(steps.subList(to, steps.size()), "after"));
    }
    return lines.subList(0, Math.min(room, lines.size()));
  }

  /** Opens at the first step that is not finished, with what little context there is room for. */
  private static int firstShown(List<StepView> steps, int room) {
    int first = 0;
    while (first < steps.size() && steps.get(first).mark().finished()) {
      first++;
    }
    int context = Math.min(2, Math.max(0, room - 3));
    int latest = Math.max(0, steps.size() - Math.max(1, room - 1));
    return Math.clamp(first - context, 0, latest);
  }

  private String fold(List<StepView> folded, String where) {
    long finished = folded.stream().filter(it -> it.mark().finished()).count();
    String detail =
        finished == folded.size()
            ? "✔ %d finished %s".formatted(finished, where)
            : "· %d more %s, %d of them finished".formatted(folded.size(), where, finished);
    return style.paint(Tint.FAINT, Escape.cut("  " + detail, width));
  }

  private String line(StepView step, Instant now) {
    Mark mark = step.mark();
    String time = time(step, now);
    int room = Math.max(8, width - 4 - WORD - 1 - TIME);
    String text = Escape.line(step.description(), room);
    int padding = room - text.codePointCount(0, text.length());
    String line =
        "  "
            + style.paint(mark.tint(), mark.glyph() + " " + pad(mark.word()))
            + " "
            + text
            + " ".repeat(padding)
            + " ".repeat(Math.max(1, TIME - time.length()))
            + time;
    return line.stripTrailing();
  }

  private static String pad(String word) {
    return word + " ".repeat(WORD - word.length());
  }

  private static String time(StepView step, Instant now) {
    if (step.outcome().isEmpty()) {
      return "";
    }
    Outcome outcome = step.outcome().get();
    boolean runs =
        outcome == Outcome.STARTED || outcome == Outcome.RETRYING || outcome == Outcome.UNDOING;
    return Lasting.words(
        runs ? Duration.between(step.at(), now) : Duration.ofMillis(step.durationMillis()));
  }

  private List<String> foot(TaskView task) {
    List<String> lines = new ArrayList<>();
    task.reason()
        .ifPresent(
            it -> lines.addAll(wrapped("  " + it.code() + ": " + Escape.line(it.detail()), 2)));
    task.waiting().ifPresent(it -> lines.addAll(wrapped("  " + Escape.line(it.sentence()), 4)));
    if (task.state().isEnd()) {
      new RequirementLines(style)
          .of(task.deliverables(), width - 2)
          .forEach(it -> lines.add("  " + it));
      List<String> left = task.changes().stream().map(it -> "  stands: " + it).toList();
      left.stream().limit(6).forEach(it -> lines.add(Escape.line(it, width)));
      if (left.size() > 6) {
        lines.add("  stands: " + (left.size() - 6) + " more, see watch -o json");
      }
    }
    return lines;
  }

  /** The text over several lines, cut after the last one allowed. */
  private List<String> wrapped(String text, int most) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > width && lines.size() < most - 1) {
      int space = rest.lastIndexOf(' ', width);
      int end = space <= 4 ? width : space;
      lines.add(rest.substring(0, end).stripTrailing());
      rest = "    " + rest.substring(end).strip();
    }
    lines.add(Escape.cut(rest, width));
    return lines;
  }
}
