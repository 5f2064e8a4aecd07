package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.tools.kubernetes.TargetObjects.Current;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Compares a Deployment with the one that is intended, field by field. */
record Drift(Current current, Manifests manifests) {
  List<Difference> found() {
    // What was stopped by a task is not compared: its release says how many pods it has.
    Intent intent = current.intent();
    Deployment wanted =
        manifests.deployment(intent.scaled(intent.recipe().beginsWith(intent.replicas())));
    List<Difference> found = new ArrayList<>();
    compare("replicas", wanted, DeploymentSpec::getReplicas).ifPresent(found::add);
    compare("image", wanted, spec -> container(spec).getImage()).ifPresent(found::add);
    compare("command", wanted, spec -> container(spec).getCommand()).ifPresent(found::add);
    compare("resources", wanted, spec -> container(spec).getResources()).ifPresent(found::add);
    return found;
  }

  private static io.fabric8.kubernetes.api.model.Container container(DeploymentSpec spec) {
    return spec.getTemplate().getSpec().getContainers().getFirst();
  }

  private Optional<Difference> compare(
      String field, Deployment wanted, Function<DeploymentSpec, Object> read) {
    String should = String.valueOf(read.apply(wanted.getSpec()));
    String is = String.valueOf(read.apply(current.deployment().getSpec()));
    return should.equals(is)
        ? Optional.empty()
        : Optional.of(new Difference(field, should, is, managers(field)));
  }

  /** Who else has written the field, by what the cluster keeps of that. */
  private Optional<String> managers(String field) {
    String managers =
        Optional.ofNullable(current.deployment().getMetadata().getManagedFields())
            .orElse(List.of())
            .stream()
            .filter(it -> !Manifests.OPS_AGENT.equals(it.getManager()))
            .filter(it -> String.valueOf(it.getFieldsV1()).contains("f:" + field))
            .map(ManagedFieldsEntry::getManager)
            .distinct()
            .collect(Collectors.joining(", "));
    return Optional.of(managers).filter(it -> !it.isEmpty());
  }
}
