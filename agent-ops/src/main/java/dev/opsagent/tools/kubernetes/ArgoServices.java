package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The Services that Rollouts lead to their pods: the controller writes into the selector which
 * pods, and a selector has one manager for all of it.
 */
record ArgoServices(Cluster cluster) {
  /** What the controller adds to a selector. */
  static final String HASH = "rollouts-pod-template-hash";

  /** The names of those among objects. */
  static Set<String> named(Collection<HasMetadata> objects) {
    return objects.stream()
        .filter(ArgoRollout.class::isInstance)
        .flatMap(it -> ((ArgoRollout) it).services().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The objects, whose Services lead where the controller has led them. */
  Answer<List<HasMetadata>> kept(List<HasMetadata> objects) {
    Set<String> led = named(objects);
    return BundleObjects.each(
        objects,
        it ->
            it instanceof Service service && led.contains(service.getMetadata().getName())
                ? cluster
                    .service(service.getMetadata().getName())
                    .map(live -> hash(live).map(hash -> with(service, hash)).orElse(service))
                : new Answer.Ok<>(it));
  }

  private static Optional<String> hash(Optional<Service> live) {
    return live.map(Service::getSpec)
        .map(ServiceSpec::getSelector)
        .map(selector -> selector.get(HASH));
  }

  private static HasMetadata with(Service service, String hash) {
    return service.edit().editSpec().addToSelector(Map.of(HASH, hash)).endSpec().build();
  }
}
