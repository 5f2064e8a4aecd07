package dev.opsagent.sandbox;

import dev.opsagent.sandbox.WallLevel.Gap;
import java.util.List;

/**
 * The wall in words, for reports.
 *
 * @param level its title
 * @param notCovered one sentence each
 * @param missing why it is not a stronger one
 */
public record WallReport(String level, List<String> notCovered, List<String> missing) {
  public WallReport {
    notCovered = List.copyOf(notCovered);
    missing = List.copyOf(missing);
  }

  public static WallReport of(WallLevel.Report report) {
    return new WallReport(
        report.level().title(),
        report.notCovered().stream().map(Gap::sentence).toList(),
        report.missing());
  }
}
