package dev.opsagent.tools.kubernetes;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Rollout of Argo Rollouts, as far as this agent reads it; all else of one is kept as it is.
 */
@Group("argoproj.io")
@Version("v1alpha1")
@Kind("Rollout")
@Plural("rollouts")
final class ArgoRollout extends CustomResource<ArgoRollout.Spec, Map<String, Object>>
    implements Namespaced {
  /** Where a strategy names a Service whose selector the controller changes. */
  private static final Set<String> SERVICES =
      Set.of("activeService", "previewService", "canaryService", "stableService");

  private static final long serialVersionUID = 1;

  /** What is wanted. */
  @JsonInclude(Include.NON_NULL)
  static final class Spec {
    @JsonProperty @Nullable Integer replicas;
    @JsonProperty @Nullable LabelSelector selector;
    @JsonProperty @Nullable PodTemplateSpec template;
    @JsonProperty @Nullable Map<String, Object> strategy;
    @JsonProperty @Nullable Integer minReadySeconds;
    @JsonProperty @Nullable Integer revisionHistoryLimit;
    @JsonProperty @Nullable Integer progressDeadlineSeconds;
    @JsonProperty @Nullable Boolean progressDeadlineAbort;
    @JsonProperty @Nullable Map<String, Object> rollbackWindow;
    @JsonProperty @Nullable Map<String, Object> analysis;

    // Known, so that a repository that has them is told that they are not taken from it.
    @JsonProperty @Nullable Map<String, Object> workloadRef;
    @JsonProperty @Nullable Boolean paused;

    private final Map<String, Object> others = new LinkedHashMap<>();

    @JsonAnyGetter
    Map<String, Object> others() {
      return others;
    }

    @JsonAnySetter
    void other(String name, Object value) {
      others.put(name, value);
    }

    /** Where nobody says how many there are, the controller says one. */
    int wanted() {
      return Optional.ofNullable(replicas).orElse(1);
    }

    /** That of the one strategy that it has; empty when it has no such. */
    Map<?, ?> strategy(String name) {
      return strategy != null && strategy.get(name) instanceof Map<?, ?> found ? found : Map.of();
    }
  }

  @Override
  protected Spec initSpec() {
    return new Spec();
  }

  /** The Services whose selectors the controller changes. */
  Set<String> services() {
    return Stream.of("canary", "blueGreen")
        .map(getSpec()::strategy)
        .flatMap(it -> it.entrySet().stream())
        .filter(it -> SERVICES.contains(String.valueOf(it.getKey())))
        .map(it -> String.valueOf(it.getValue()))
        .collect(Collectors.toUnmodifiableSet());
  }
}
