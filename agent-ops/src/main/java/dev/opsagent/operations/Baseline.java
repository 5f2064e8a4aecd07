package dev.opsagent.operations;

import dev.opsagent.plan.Facts;
import java.util.Map;
import java.util.Optional;

/** The value of a check's query before a change, or why there is none; kept in the facts. */
public sealed interface Baseline {
  /** It was measured. */
  record Value(double value) implements Baseline {}

  /** Nothing can be compared. */
  record Missing(String why) implements Baseline {}

  /** The facts that keep it for the check of this name. */
  default Facts facts(String check) {
    return switch (this) {
      case Value(double value) -> Facts.of(Map.of(valueOf(check), Double.toString(value)));
      case Missing(String why) -> Facts.of(Map.of(missingOf(check), why));
    };
  }

  /** What was kept for the check of this name. */
  static Baseline of(Facts facts, String check) {
    Optional<Baseline> value =
        facts.find(valueOf(check)).map(it -> new Value(Double.parseDouble(it)));
    return value.orElseGet(() ->
        new Missing(facts.find(missingOf(check)).orElse("it was not measured before the change")));
  }

  private static String valueOf(String check) {
    return "baseline." + check;
  }

  private static String missingOf(String check) {
    return "baseline." + check + ".missing";
  }
}
