package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A namespace of a cluster behind its API server. */
final class ApiCluster implements Cluster {
  private static final int LOG_LINES = 60;
  private static final int EVENTS = 5;

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
  public Answer<Optional<Deployment>> deployment(String name) {
    return call(
        "read the Deployment " + name,
        () ->
            Optional.ofNullable(
                client.apps().deployments().inNamespace(namespace).withName(name).get()));
  }

  @Override
  public Answer<Optional<Service>> service(String name) {
    return call(
        "read the Service " + name,
        () -> Optional.ofNullable(client.services().inNamespace(namespace).withName(name).get()));
  }

  @Override
  public Answer<List<Pod>> pods(Map<String, String> labels) {
    return call(
        "list the pods of " + labels.get(Manifests.NAME),
        () -> client.pods().inNamespace(namespace).withLabels(labels).list().getItems());
  }

  @Override
  public Answer<Boolean> apply(Deployment deployment) {
    return applied(deployment);
  }

  @Override
  public Answer<Boolean> apply(Service service) {
    return applied(service);
  }

  private Answer<Boolean> applied(HasMetadata object) {
    return call(
        "apply the %s %s".formatted(object.getKind(), object.getMetadata().getName()),
        () -> {
          var _ =
              client
                  .resource(object)
                  .inNamespace(namespace)
                  .fieldManager(Manifests.OPS_AGENT)
                  .serverSideApply();
          return true;
        });
  }

  @Override
  public Answer<Boolean> deleteDeployment(String name) {
    return call(
        "delete the Deployment " + name,
        () -> {
          var _ = client.apps().deployments().inNamespace(namespace).withName(name).delete();
          return true;
        });
  }

  @Override
  public Answer<Boolean> deleteService(String name) {
    return call(
        "delete the Service " + name,
        () -> {
          var _ = client.services().inNamespace(namespace).withName(name).delete();
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
            ? named.terminated().tailingLines(LOG_LINES).getLog()
            : named.tailingLines(LOG_LINES).getLog();
    return Optional.ofNullable(text).orElse("");
  }

  @Override
  public Answer<Watched> watch(String name, Map<String, String> labels, Runnable changed) {
    return call(
        "follow the rollout of " + name,
        () -> Informers.open(client, namespace, name, labels, changed));
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
