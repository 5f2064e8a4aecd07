package dev.opsagent.console;

import dev.opsagent.protocol.AuditRecord;
import java.util.ArrayList;
import java.util.List;

/** The audit as a readable timeline; every line names the record that proves it. */
public record Timeline(Style style) {

  /**
   * The lines of one record.
   *
   * @param address where the record lies: {@code topic/partition@offset}
   */
  public List<String> of(AuditRecord record, String address) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s  %-14s %s"
            .formatted(
                Clock.show(record.at()),
                Escape.line(record.kind()),
                Escape.line(record.summary())));
    record.effects().forEach(it -> lines.add("    effect: " + Escape.line(it)));
    lines.add(
        style.paint(
            Style.Tint.FAINT,
            "    %s  by %s  %s"
                .formatted(
                    address,
                    Escape.line(record.actor()),
                    record.taskId().map(it -> "task " + it).orElse(record.target().key()))));
    return lines;
  }
}
