package dev.opsagent.console;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.TaskState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** What the worker counts and measures. Tags come from closed sets; a task id is never one. */
public final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** A task has ended. */
  public void taskEnded(String operation, TaskState state, Optional<ReasonCode> reason) {
    Counter.builder("ops.agent.tasks")
        .description("Tasks that ended")
        .tag("operation", operation)
        .tag("end", word(state))
        .tag("reason", reason.map(Metrics::word).orElse("none"))
        .register(registry)
        .increment();
  }

  /** A step has ended, or was undone. */
  public void stepEnded(
      String operation, String step, StepReport.Outcome outcome, Duration duration) {
    Timer.builder("ops.agent.step")
        .description("How long steps ran")
        .tag("operation", operation)
        .tag("step", step)
        .tag("outcome", word(outcome))
        .publishPercentileHistogram(false)
        .register(registry)
        .record(duration);
  }

  /** A transaction was committed. */
  public void committed(Duration latency) {
    Timer.builder("ops.agent.commit")
        .description("How long commits took")
        .register(registry)
        .record(latency);
  }

  /** A partition was restored: its writer before was shut out and its ledger read. */
  public void restored(Duration took) {
    Timer.builder("ops.agent.restore")
        .description("How long partitions took to open")
        .register(registry)
        .record(took);
  }

  /** A figure that goes up and down; unknown is reported as NaN, never as 0. */
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder("ops.agent." + name, value).description(description).register(registry);
  }

  /** A figure that only grows and that somebody else counts. */
  public void counter(String name, String description, Supplier<Number> value) {
    FunctionCounter.builder("ops.agent." + name, value, it -> it.get().doubleValue())
        .description(description)
        .register(registry);
  }

  /** Everything, in the format that Prometheus reads. */
  public String scrape() {
    return registry.scrape();
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
