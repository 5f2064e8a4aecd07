package dev.opsagent.execution;

import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.TopicRole;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is worth knowing beyond a task, of what its steps have brought. */
final class Lessons {
  private static final double MEBIBYTE = 1 << 20;

  private Lessons() {}

  /**
   * The lessons.
   *
   * @param task its last report holds what was brought
   */
  static List<Learning> of(TaskRecord task, List<Deliverable> brought, Instant now) {
    return brought.stream()
        .filter(ResourceRecommendation.class::isInstance)
        .map(ResourceRecommendation.class::cast)
        .map(it -> rightSizing(task, it, now))
        .toList();
  }

  /** Later ones of the same service and resource take its place. */
  private static Learning rightSizing(TaskRecord task, ResourceRecommendation it, Instant now) {
    String resource = it.resource().name().toLowerCase(Locale.ROOT);
    Optional<String> service = it.service();
    String address =
        "%s/%s#%d".formatted(TopicRole.STATUS.defaultName(), task.id(), task.revision());
    return new Learning(
        "right-sizing:%s:%s"
            .formatted(it.subject() + service.map(name -> ":" + name).orElse(""), resource),
        switch (it.finding()) {
          case OVER_PROVISIONED -> Learning.Kind.COST_REDUCTION;
          case STARVING -> Learning.Kind.PERFORMANCE_OPTIMIZATION;
        },
        Optional.of(task.dispatch().target()),
        Optional.of(task.dispatch().operation()),
        "%s%s may use %s and uses %s at most in 95 of 100 samples: give it %s%s"
            .formatted(
                service.map(name -> name + " of ").orElse(""),
                it.subject(),
                amount(it, it.limit()),
                amount(it, it.used()),
                amount(it, it.recommended()),
                cost(it)),
        List.of(address),
        now);
  }

  private static String amount(ResourceRecommendation of, double value) {
    return switch (of.resource()) {
      case CPUS -> String.format(Locale.ROOT, "%.2f processors", value);
      case MEMORY -> String.format(Locale.ROOT, "%.0f MiB", value / MEBIBYTE);
    };
  }

  private static String cost(ResourceRecommendation it) {
    return it.costPerMonth().isPresent() && it.recommendedCostPerMonth().isPresent()
        ? String.format(
            Locale.ROOT,
            ", which costs %.2f instead of %.2f %s per month",
            it.recommendedCostPerMonth().get(),
            it.costPerMonth().get(),
            it.currency().orElse(""))
        : "";
  }
}
