package dev.opsagent.console;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.TaskState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** What the worker counts and measures. Tags come from closed sets; a task id is never one. */
public final class Metrics {
  /** What tasks and waits take: a moment, or the morning. */
  private static final Duration[] SPANS = {
    Duration.ofMillis(100),
    Duration.ofSeconds(1),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofHours(1),
    Duration.ofHours(8)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** The registry itself does not keep what it counts by. */
  private final List<Supplier<Number>> counted = new CopyOnWriteArrayList<>();

  private final AtomicBoolean ofMachine = new AtomicBoolean();

  /** A task has ended. */
  public void taskEnded(
      String operation, TaskState state, Optional<ReasonCode> reason, Duration took) {
    Counter.builder("ops.agent.tasks")
        .description("Tasks that ended")
        .tag("operation", operation)
        .tag("end", word(state))
        .tag("reason", reason.map(Metrics::word).orElse("none"))
        .register(registry)
        .increment();
    Timer.builder("ops.agent.task")
        .description("How long tasks took from their acceptance to their end")
        .tag("operation", operation)
        .tag("end", word(state))
        .serviceLevelObjectives(SPANS)
        .register(registry)
        .record(took);
  }

  /** A message has been read that lay on the broker for so long. */
  public void read(String input, Duration lay) {
    Timer.builder("ops.agent.input.wait")
        .description("How long messages lay on the broker until they were read")
        .tag("input", input)
        .serviceLevelObjectives(SPANS)
        .register(registry)
        .record(lay);
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
    gauge(name, description, Map.of(), value);
  }

  /** The same for one of several that have the name. */
  public void gauge(
      String name, String description, Map<String, String> tags, Supplier<Number> value) {
    Gauge.builder("ops.agent." + name, value)
        .description(description)
        .tags(tags(tags))
        .register(registry);
  }

  /**
   * A figure that only grows and that somebody else counts. Said from the beginning, also while it
   * is 0: of a series that begins with 1 nobody can tell that it grew.
   */
  public void counter(String name, String description, Supplier<Number> value) {
    counter(name, description, Map.of(), value);
  }

  /** The same for one of several that have the name. */
  public void counter(
      String name, String description, Map<String, String> tags, Supplier<Number> value) {
    counted.add(value);
    FunctionCounter.builder("ops.agent." + name, value, it -> it.get().doubleValue())
        .description(description)
        .tags(tags(tags))
        .register(registry);
  }

  private static Tags tags(Map<String, String> tags) {
    return Tags.of(
        tags.entrySet().stream().map(tag -> Tag.of(tag.getKey(), tag.getValue())).toList());
  }

  /** Everything, in the format that Prometheus reads. */
  public String scrape() {
    if (ofMachine.compareAndSet(false, true)) {
      watchMachine(); // not before somebody asks: a worker starts sooner without
    }
    return registry.scrape();
  }

  private void watchMachine() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new JvmGcMetrics().bindTo(registry);
  }

  /** A constant as a tag says it. */
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
