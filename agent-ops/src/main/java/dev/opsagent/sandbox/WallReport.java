package dev.opsagent.sandbox;

import java.util.List;

/**
 * The wall in words, for people who ask about the worker.
 *
 * @param level its title
 * @param missing why it is not a stronger one
 */
public record WallReport(String level, List<Open> notCovered, List<String> missing) {
  public WallReport {
    notCovered = List.copyOf(notCovered);
    missing = List.copyOf(missing);
  }

  /**
   * What the wall leaves open.
   *
   * @param name as in the reports of tasks
   * @param what one sentence
   */
  public record Open(String name, String what) {}

  public static WallReport of(WallLevel.Report report) {
    return new WallReport(
        report.level().title(),
        report.notCovered().stream().map(gap -> new Open(gap.title(), gap.sentence())).toList(),
        report.missing());
  }
}
