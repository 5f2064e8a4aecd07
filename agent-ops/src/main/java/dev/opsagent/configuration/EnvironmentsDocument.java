package dev.opsagent.configuration;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Prices;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.Freeze.Held;
import dev.opsagent.outside.HealthProbe.JsonField;
import dev.opsagent.outside.MetricCheck;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The environments as they are written; {@code environments.schema.json} tells what each part
 * means.
 *
 * @param version of the form
 */
record EnvironmentsDocument(int version, List<Entry> environments) {
  EnvironmentsDocument {
    environments = List.copyOf(environments);
  }

  record Entry(
      String name,
      Kind kind,
      RuntimeKind runtime,
      Optional<String> engine,
      Optional<String> project,
      Optional<Kubernetes> kubernetes,
      Optional<String> prometheus,
      Optional<List<Strategy>> strategies,
      Optional<String> promotesFrom,
      Optional<Verification> verification,
      Optional<Limits> limits,
      Optional<Prices> prices,
      Optional<String> recovery,
      Optional<List<Freeze>> freezes,
      @JsonProperty("protected") Optional<Boolean> guarded,
      Optional<Wall> sandbox) {}

  record Freeze(
      String name,
      String from,
      String to,
      String zone,
      Optional<Set<String>> except,
      Optional<Held> holds) {}

  record Kubernetes(
      String namespace,
      Optional<String> context,
      Optional<String> kubeconfig,
      Optional<String> address) {}

  record Verification(
      Optional<Http> http,
      Optional<Tcp> tcp,
      Optional<Integer> attempts,
      Optional<String> interval,
      Optional<String> deadline,
      Optional<String> soak,
      Optional<List<Metric>> metrics) {
    static final Verification EMPTY =
        new Verification(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  record Metric(
      String name,
      String query,
      Optional<Double> max,
      Optional<Double> min,
      Optional<MetricCheck.Baseline> baseline,
      Optional<Integer> samples,
      Optional<String> window) {}

  record Http(
      String path,
      Optional<Integer> status,
      Optional<String> bodyContains,
      Optional<JsonField> json,
      Optional<String> latency) {}

  record Tcp(Optional<Integer> port) {}

  record Limits(Optional<BigDecimal> cpus, Optional<String> memory, Optional<Integer> replicas) {
    static final Limits EMPTY = new Limits(Optional.empty(), Optional.empty(), Optional.empty());
  }
}
