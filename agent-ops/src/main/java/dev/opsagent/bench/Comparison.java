package dev.opsagent.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A figure of the worker, beside the same figure of what it is compared with where there is such a
 * thing; each the median of several runs.
 *
 * @param key the name of the ratio, or of the figure, in the result for programs
 * @param name what was measured
 * @param against what it is compared with
 * @param runs of the worker
 * @param others of what it is compared with
 */
public record Comparison(
    String key,
    String name,
    String unit,
    Goal goal,
    String against,
    List<Double> runs,
    List<Double> others) {
  public Comparison {
    runs = List.copyOf(runs);
    others = List.copyOf(others);
  }

  private static final String ROW = "%-38s %10s %-7s %6s  %-8s %s";

  /** What is to be reached. */
  public sealed interface Goal {
    /** No goal; the figure is of interest. */
    record None() implements Goal {}

    record AtLeast(double bound) implements Goal {}

    record AtMost(double bound) implements Goal {}
  }

  public static final Goal NO_GOAL = new Goal.None();

  public double median() {
    return median(runs);
  }

  public Optional<Double> otherMedian() {
    return others.isEmpty() ? Optional.empty() : Optional.of(median(others));
  }

  /** The figure against its like. */
  public Optional<Double> ratio() {
    return otherMedian().map(other -> median() / other);
  }

  /** What the goal is about: the ratio, or the figure where it stands alone. */
  public double result() {
    return ratio().orElseGet(this::median);
  }

  public boolean met() {
    return switch (goal) {
      case Goal.None _ -> true;
      case Goal.AtLeast(double bound) -> result() >= bound;
      case Goal.AtMost(double bound) -> result() <= bound;
    };
  }

  /** The middle one, or the mean of the two in the middle. */
  public static double median(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** All of them, for people: what was measured, its ratio, the goal, and every run. */
  public static List<String> table(List<Comparison> results) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(Locale.ROOT, ROW, "measured", "median", "", "ratio", "goal", "")
            .stripTrailing());
    results.forEach(it -> lines.addAll(it.lines()));
    return lines;
  }

  /** Its lines in the table. */
  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            ROW,
            name,
            number(median()),
            unit,
            ratio().map(it -> String.format(Locale.ROOT, "%.2f", it)).orElse(""),
            goalText(),
            goal instanceof Goal.None ? "" : met() ? "met" : "missed"));
    lines.add("    runs " + numbers(runs) + otherRuns());
    return lines;
  }

  private String otherRuns() {
    return others.isEmpty() ? "" : "; " + against + " " + numbers(others);
  }

  private String goalText() {
    return switch (goal) {
      case Goal.None _ -> "";
      case Goal.AtLeast(double bound) -> ">= " + number(bound);
      case Goal.AtMost(double bound) -> "<= " + number(bound);
    };
  }

  private static String numbers(List<Double> figures) {
    return String.join(" ", figures.stream().map(Comparison::number).toList());
  }

  static String number(double figure) {
    return String.format(Locale.ROOT, Math.abs(figure) < 100 ? "%.2f" : "%.0f", figure);
  }
}
