package dev.opsagent.console;

import dev.opsagent.console.Style.Tint;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import java.util.ArrayList;
import java.util.List;

/** What became of the requirements of a task, a line for each; at most a handful. */
record RequirementLines(Style style) {
  private static final int MOST = 6;
  private static final Mark SATISFIED = new Mark("✔", "satisfied", Tint.GOOD);
  private static final Mark ACCEPTED = new Mark("!", "accepted", Tint.CARE);

  List<String> of(List<Deliverable> deliverables, int width) {
    List<RequirementResult> results =
        deliverables.stream()
            .filter(RequirementResult.class::isInstance)
            .map(RequirementResult.class::cast)
            .toList();
    List<String> lines = new ArrayList<>();
    results.stream().limit(MOST).forEach(it -> lines.add(line(it, width)));
    if (results.size() > MOST) {
      lines.add("%d more requirements, see watch -o json".formatted(results.size() - MOST));
    }
    return lines;
  }

  private String line(RequirementResult result, int width) {
    Mark mark = result.satisfied() ? SATISFIED : ACCEPTED;
    String head = mark.glyph() + " " + mark.word();
    String text =
        " %s %s: %s (%s)"
            .formatted(
                result.requirement().field(), result.wanted(), result.measured(), result.check());
    return mark.paint(style) + Escape.line(text, Math.max(8, width - head.length()));
  }
}
