package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesList;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ConfigMap that keeps what is intended for a target by manifests. Its name has a dot, which
 * none of a repository has.
 *
 * @param name of the target's service
 */
record BundleRecord(String target, String name, String namespace) {
  /** An object of a cluster holds 1 MiB, and this one has names and managers beside its data. */
  static final int MOST_BYTES = 900 << 10;

  private static final String STATE = "state.json";
  private static final String CURRENT = "current.json";
  private static final String PREVIOUS = "previous.json";

  /** A release but for its objects. */
  private record Head(
      String version, String digest, String taskId, Optional<Integer> port, long timeoutMillis) {
    static Head of(Bundle bundle) {
      return new Head(
          bundle.version(),
          bundle.digest(),
          bundle.taskId(),
          bundle.port(),
          bundle.timeoutMillis());
    }

    Bundle with(List<HasMetadata> objects) {
      return new Bundle(version, digest, taskId, port, timeoutMillis, objects);
    }
  }

  private record State(
      Head current,
      Optional<Head> previous,
      Optional<String> takenBack,
      boolean proved,
      boolean stopped,
      Optional<String> restartedAt,
      List<String> leaving,
      List<String> adopted) {}

  String configMap() {
    return name + ".ops-agent";
  }

  /** Empty when nothing is kept; what is not ours, or cannot be read, is a failure. */
  Answer<Optional<BundleIntent>> read(Cluster cluster) {
    return cluster
        .find(ManifestKind.CONFIG_MAP, configMap())
        .then(found ->
            found
                .map(it -> intent((ConfigMap) it).map(Optional::of))
                .orElse(new Answer.Ok<>(Optional.empty())));
  }

  Answer<Boolean> write(Cluster cluster, BundleIntent intent) {
    Map<String, String> data = data(intent);
    int bytes =
        data.values().stream().mapToInt(it -> it.getBytes(StandardCharsets.UTF_8).length).sum();
    return bytes <= MOST_BYTES
        ? cluster.apply(configMap(data))
        : new Answer.No<>(
            Failure.of(
                ReasonCode.INVALID_PARAMETERS,
                "deploy %s to %s".formatted(intent.current().version(), target),
                "its manifests, with those of the release before, are %d bytes, and %d are kept"
                    .formatted(bytes, MOST_BYTES),
                "move large data out of the manifests"));
  }

  Answer<Boolean> delete(Cluster cluster) {
    return cluster.delete(ManifestKind.CONFIG_MAP, configMap());
  }

  private ConfigMap configMap(Map<String, String> data) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(configMap())
        .withNamespace(namespace)
        .withLabels(Marks.labels(name))
        .withAnnotations(Map.of(Intent.TARGET, target))
        .endMetadata()
        .withData(data)
        .build();
  }

  private static Map<String, String> data(BundleIntent intent) {
    Map<String, String> data = new HashMap<>();
    State state =
        new State(
            Head.of(intent.current()),
            intent.previous().map(Head::of),
            intent.takenBack(),
            intent.proved(),
            intent.stopped(),
            intent.restartedAt(),
            written(intent.leaving()),
            written(intent.adopted()));
    data.put(STATE, new String(Json.write(state), StandardCharsets.UTF_8));
    data.put(CURRENT, json(intent.current()));
    intent.previous().ifPresent(before -> data.put(PREVIOUS, json(before)));
    return data;
  }

  private static List<String> written(Set<Named> names) {
    return names.stream().sorted().map(Named::toString).toList();
  }

  private static Set<Named> named(List<String> written) {
    return written.stream()
        .flatMap(it -> Named.of(it).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static String json(Bundle bundle) {
    KubernetesList list = new KubernetesList();
    list.setItems(bundle.objects());
    return Serialization.asJson(list);
  }

  private Answer<BundleIntent> intent(ConfigMap found) {
    if (!Marks.areOf(target, found)) {
      return unsound("this agent did not make it for " + target);
    }
    try {
      Map<String, String> data = Optional.ofNullable(found.getData()).orElse(Map.of());
      byte[] written = data.getOrDefault(STATE, "").getBytes(StandardCharsets.UTF_8);
      State state = Json.readAcrossReleases(written, State.class);
      return new Answer.Ok<>(
          new BundleIntent(
              target,
              state.current().with(objects(data, CURRENT)),
              state.previous().map(it -> it.with(objects(data, PREVIOUS))),
              state.takenBack(),
              state.proved(),
              state.stopped(),
              state.restartedAt(),
              named(state.leaving()),
              named(state.adopted())));
    } catch (InvalidMessage e) {
      return unsound("it cannot be read");
    }
  }

  private static List<HasMetadata> objects(Map<String, String> data, String key) {
    try {
      return Serialization.unmarshal(data.getOrDefault(key, ""), KubernetesList.class)
          .getItems()
          .stream()
          .<HasMetadata>map(BundleRecord::typed)
          .toList();
    } catch (RuntimeException e) {
      throw new InvalidMessage(key, "is no list of objects");
    }
  }

  /** The client knows the kinds of every cluster only. */
  private static HasMetadata typed(HasMetadata object) {
    return ManifestKind.of(object.getApiVersion(), object.getKind())
        .filter(it -> !it.type().isInstance(object))
        .<HasMetadata>map(it -> Serialization.unmarshal(Serialization.asJson(object), it.type()))
        .orElse(object);
  }

  private <T> Answer<T> unsound(String cause) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CONFLICT,
            "look up what runs for " + target,
            "the ConfigMap %s/%s is there, and %s".formatted(namespace, configMap(), cause),
            "remove it once the objects of the target are gone"));
  }
}
