package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.MetricVerification;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.plan.Facts;
import java.util.Optional;

/**
 * Measures what the metrics are before the change. It is a step, so that a plan is the same however
 * the metrics move; a metric that cannot be measured is inconclusive afterwards.
 */
record MeasureStep(Adapters adapters) implements FallibleStep {
  @Override
  public Outcome apply(StepContext context) throws InterruptedException {
    Optional<MetricVerification> metrics = adapters.metrics(context);
    Optional<String> version = Sight.of(context.facts()).running().map(Before::version);
    return new Outcome.Applied(
        metrics.isPresent()
            ? metrics.get().baselines(context.task().target(), version)
            : Facts.NONE);
  }
}
