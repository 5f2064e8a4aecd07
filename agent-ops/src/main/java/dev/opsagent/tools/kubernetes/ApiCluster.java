package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Printable;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ServerSideApplicable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A namespace of a cluster behind its API server. */
final class ApiCluster implements Cluster {
  private static final int EVENTS = 5;

  /** No such API, not for this account, or nobody behind it. */
  private static final Set<Integer> NOT_MEASURED = Set.of(403, 404, 503);

  private final KubernetesClient client;
  private final String namespace;
  private final Optional<String> outside;

  ApiCluster(KubernetesClient client, Environment.Cluster declared) {
    this.client = client;
    this.namespace = declared.namespace();
    this.outside = declared.address();
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public String address(String service, int port) {
    return outside
        .map(address -> address.replace(Environment.Cluster.SERVICE, service))
        .orElseGet(() -> "http://%s.%s.svc:%d".formatted(service, namespace, port));
  }

  @Override
  public Answer<Boolean> has(ManifestKind kind) {
    return call(
        "ask for the kinds of " + kind.apiVersion(),
        () ->
            Optional.ofNullable(client.getApiResources(kind.apiVersion()))
                .map(APIResourceList::getResources)
                .orElse(List.of())
                .stream()
                .anyMatch(it -> kind.kind().equals(it.getKind())));
  }

  @Override
  public Answer<Optional<HasMetadata>> find(ManifestKind kind, String name) {
    return call(
        "read the %s %s".formatted(kind.kind(), name),
        () ->
            Optional.ofNullable(
                client.resources(kind.type()).inNamespace(namespace).withName(name).get()));
  }

  @Override
  public Answer<Optional<String>> secret(String name, String key) {
    return call(
            "read the Secret " + name,
            () ->
                Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get())
                    .flatMap(found -> Optional.ofNullable(found.getData()))
                    .flatMap(data -> Optional.ofNullable(data.get(key))))
        .map(found -> found.map(ApiCluster::decoded));
  }

  private static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  @Override
  public Answer<List<Pod>> pods(Map<String, String> labels) {
    return call(
        "list the pods of " + labels.values(),
        () -> client.pods().inNamespace(namespace).withLabels(labels).list().getItems());
  }

  @Override
  public Answer<List<Use>> uses(Map<String, String> labels) {
    return call(
        "see what the pods of %s use".formatted(labels.values()),
        () -> {
          try {
            return client.top().pods().withLabels(labels).metrics(namespace).getItems().stream()
                .map(ApiCluster::use)
                .toList();
          } catch (KubernetesClientException e) {
            if (NOT_MEASURED.contains(e.getCode())) {
              return List.of();
            }
            throw e;
          }
        });
  }

  private static Use use(PodMetrics pod) {
    return new Use(sum(pod, "cpu").doubleValue(), sum(pod, "memory").longValue());
  }

  private static BigDecimal sum(PodMetrics pod, String resource) {
    return pod.getContainers().stream()
        .flatMap(it -> Optional.ofNullable(it.getUsage().get(resource)).stream())
        .map(Quantity::getNumericalAmount)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Override
  public Answer<Boolean> apply(HasMetadata object) {
    return call(action("apply", object), () -> ours(object).serverSideApply() != null);
  }

  @Override
  public Answer<Boolean> takeOver(HasMetadata object) {
    return call(
        action("take over", object), () -> ours(object).forceConflicts().serverSideApply() != null);
  }

  @Override
  public Answer<HasMetadata> rehearse(HasMetadata object, boolean forced) {
    return call(
        action("rehearse", object),
        () -> {
          var dry =
              client
                  .resource(object)
                  .inNamespace(namespace)
                  .dryRun()
                  .fieldManager(Manifests.OPS_AGENT);
          return forced ? dry.forceConflicts().serverSideApply() : dry.serverSideApply();
        });
  }

  private ServerSideApplicable<HasMetadata> ours(HasMetadata object) {
    return client.resource(object).inNamespace(namespace).fieldManager(Manifests.OPS_AGENT);
  }

  private static String action(String verb, HasMetadata object) {
    return "%s the %s %s".formatted(verb, object.getKind(), object.getMetadata().getName());
  }

  @Override
  public Answer<Boolean> delete(ManifestKind kind, String name) {
    return call(
        "delete the %s %s".formatted(kind.kind(), name),
        () -> {
          var _ =
              client
                  .resources(kind.type())
                  .inNamespace(namespace)
                  .withName(name)
                  .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                  .delete();
          return true;
        });
  }

  @Override
  public List<String> warnings(Pod pod) {
    Answer<List<String>> answer =
        call(
            "list the events of " + pod.getMetadata().getName(),
            () ->
                client
                    .v1()
                    .events()
                    .inNamespace(namespace)
                    .withField("involvedObject.uid", pod.getMetadata().getUid())
                    .list()
                    .getItems()
                    .stream()
                    .filter(event -> isWarning(event, pod))
                    .sorted(Comparator.comparing(ApiCluster::when))
                    .map(event -> event.getReason() + ": " + event.getMessage())
                    .distinct()
                    .toList());
    return switch (answer) {
      case Answer.Ok<List<String>>(List<String> all) ->
          all.subList(Math.max(0, all.size() - EVENTS), all.size());
      case Answer.No<List<String>> _ -> List.of();
    };
  }

  private static boolean isWarning(Event event, Pod pod) {
    return "Warning".equals(event.getType())
        && pod.getMetadata().getUid().equals(event.getInvolvedObject().getUid());
  }

  private static String when(Event event) {
    return Optional.ofNullable(event.getLastTimestamp()).orElse("");
  }

  @Override
  public String log(Pod pod) {
    boolean ended = Seen.containers(pod).stream().anyMatch(Seen::hasEnded);
    return switch (call("read a log", () -> log(pod, ended))) {
      case Answer.Ok<String>(String text) -> text;
      case Answer.No<String> _ -> "";
    };
  }

  private String log(Pod pod, boolean before) {
    var named = client.pods().inNamespace(namespace).withName(pod.getMetadata().getName());
    String text =
        before
            ? named.terminated().tailingLines(Printable.LINES_READ).getLog()
            : named.tailingLines(Printable.LINES_READ).getLog();
    return Optional.ofNullable(text).orElse("");
  }

  @Override
  public Answer<Watched> watch(
      Set<ManifestKind> kinds, Map<String, String> labels, Runnable changed) {
    return call(
        "follow the rollout of " + labels.values(),
        () -> Informers.open(client, namespace, kinds, labels, changed));
  }

  @Override
  public void close() {
    client.close();
  }

  private <T> Answer<T> call(String action, Supplier<T> call) {
    String where = action + " in the namespace " + namespace;
    try {
      return new Answer.Ok<>(call.get());
    } catch (KubernetesClientException e) {
      return new Answer.No<>(ApiFailures.of(where, namespace, e));
    }
  }
}
