package dev.opsagent.endtoend;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.opsagent.tools.kubernetes.TestingCluster;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Leads callers into a played cluster: {@code /SERVICE/} answers as a pod would that the Service
 * selects and that is ready, {@code sample} and its setting VERSION; else 503.
 */
public final class PlayedIngress implements AutoCloseable {
  private final TestingCluster cluster;
  private final HttpServer server;

  private PlayedIngress(TestingCluster cluster, HttpServer server) {
    this.cluster = cluster;
    this.server = server;
  }

  public static PlayedIngress before(TestingCluster cluster) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    PlayedIngress ingress = new PlayedIngress(cluster, HttpServer.create(any, 0));
    ingress.server.createContext("/", ingress::answer);
    ingress.server.start();
    return ingress;
  }

  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String service = exchange.getRequestURI().getPath().replace("/", "");
      Optional<String> version = version(service);
      byte[] body = ("sample " + version.orElse("of nobody")).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(version.isPresent() ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Of the release that callers of the service reach; empty when none is ready. */
  Optional<String> version(String service) {
    Service found =
        cluster.client().services().inNamespace(cluster.namespace()).withName(service).get();
    return found == null
        ? Optional.empty()
        : cluster
            .client()
            .pods()
            .inNamespace(cluster.namespace())
            .withLabels(found.getSpec().getSelector())
            .list()
            .getItems()
            .stream()
            .filter(PlayedIngress::isReady)
            .flatMap(pod -> pod.getSpec().getContainers().getFirst().getEnv().stream())
            .filter(it -> it.getName().equals("VERSION"))
            .map(EnvVar::getValue)
            .findFirst();
  }

  private static boolean isReady(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(it -> it.getType().equals("Ready") && it.getStatus().equals("True"));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
