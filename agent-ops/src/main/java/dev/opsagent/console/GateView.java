package dev.opsagent.console;

import dev.opsagent.console.Style.Tint;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.ApprovalCheck;
import dev.opsagent.protocol.GateReport.EvidenceCheck;
import dev.opsagent.protocol.StatusReport;
import java.util.ArrayList;
import java.util.List;

/** Why a task waits or may run: each demand with its rule, what was found, and who can act. */
public record GateView(Style style) {
  /** The lines of a task's newest report. */
  public List<String> of(StatusReport report) {
    List<String> lines = new ArrayList<>();
    Mark mark = Mark.of(report.state());
    lines.add(
        "%s  %s %s  task %s"
            .formatted(
                style.paint(mark.tint(), mark.glyph() + " " + mark.word()),
                report.operation(),
                report.target(),
                report.taskId()));
    report.reason().ifPresent(it -> lines.add("  " + it.code() + ": " + Escape.line(it.detail())));
    report.waiting().ifPresent(it -> lines.add("  " + Escape.line(it.sentence())));
    report.gates().ifPresentOrElse(it -> lines.addAll(of(it)), () -> lines.add("  no gate asks"));
    return lines;
  }

  private List<String> of(GateReport gates) {
    List<String> lines = new ArrayList<>();
    gates.evidence().forEach(it -> add(lines, it));
    gates.approval().ifPresent(it -> add(lines, it));
    lines.add(style.paint(Tint.FAINT, "  plan " + gates.plan()));
    lines.add(style.paint(Tint.FAINT, "  gate policy " + gates.policy()));
    return lines;
  }

  private void add(List<String> lines, EvidenceCheck check) {
    lines.add(
        "  %s %s on %s: %s  (rule %s%s)"
            .formatted(
                mark(check.satisfied()),
                check.kind().id(),
                Escape.line(check.about()),
                Escape.line(check.detail()),
                String.join(", ", check.rules()),
                from(check.from())));
    check
        .found()
        .forEach(it ->
            lines.add(
                style.paint(
                    Tint.FAINT,
                    "      %s by %s, issued %s, until %s  %s"
                        .formatted(
                            it.result(),
                            Escape.line(it.issuer()),
                            it.issuedAt(),
                            it.expiresAt(),
                            it.address()))));
  }

  private void add(List<String> lines, ApprovalCheck check) {
    lines.add(
        "  %s %d of %d approvals  (rule %s%s)"
            .formatted(
                mark(check.satisfied()),
                check.given().size(),
                check.needed(),
                String.join(", ", check.rules()),
                from(check.from())));
    check
        .given()
        .forEach(it ->
            lines.add(
                style.paint(
                    Tint.FAINT,
                    "      approved by %s at %s, counts until %s  %s"
                        .formatted(Escape.line(it.by()), it.at(), it.until(), it.address()))));
  }

  private static String from(List<String> names) {
    return names.isEmpty() ? "" : "; from " + Escape.line(String.join(", ", names));
  }

  private String mark(boolean satisfied) {
    return satisfied ? style.paint(Tint.GOOD, "✔ stands") : style.paint(Tint.CARE, "… missing");
  }
}
