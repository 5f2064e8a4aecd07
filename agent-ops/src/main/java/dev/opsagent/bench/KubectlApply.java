package dev.opsagent.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code kubectl apply} of a Deployment with its Service and {@code kubectl rollout status}, as a
 * person deploys an image to a cluster without an agent.
 */
public final class KubectlApply implements Rival {
  /** What the image is told to listen on. */
  public static final int PORT = 8080;

  private static final List<String> NEEDED = List.of("PATH", "HOME");

  private final Path folder;
  private final Namespace namespace;
  private final String image;
  private final ProgramRun program;
  private final String name = "ops-agent-bench-" + ProcessHandle.current().pid();

  /**
   * Where it deploys to.
   *
   * @param kubeconfig leads to the cluster
   * @param address where services are reached from here, {@code {service}} being the name
   */
  public record Namespace(Path kubeconfig, String name, Optional<String> address) {
    /** Where a service is asked whether it answers. */
    public String path(String service) {
      return address
          .map(url -> URI.create(url.replace("{service}", service)).getRawPath())
          .filter(path -> !path.isEmpty())
          .orElse("/");
    }
  }

  /**
   * @param folder an empty one
   * @param image {@code NAME@sha256:DIGEST}, which listens on the port in {@code PORT}
   * @param around the environment to take what kubectl needs of
   */
  public KubectlApply(Path folder, Namespace namespace, String image, Map<String, String> around) {
    this.folder = folder;
    this.namespace = namespace;
    this.image = image;
    Map<String, String> environment = new TreeMap<>(around);
    environment.keySet().retainAll(NEEDED);
    this.program = new ProgramRun(folder, environment);
  }

  public Namespace namespace() {
    return namespace;
  }

  @Override
  public String name() {
    return "kubectl apply and rollout status";
  }

  @Override
  public String image() {
    return image;
  }

  @Override
  public String environment() {
    return "cluster";
  }

  @Override
  public long up() throws IOException, InterruptedException {
    Path manifest = Files.createDirectories(folder).resolve("deployment.yaml");
    Files.writeString(
        manifest,
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s, labels: {app.kubernetes.io/name: %1$s}}
        spec:
          replicas: 1
          selector: {matchLabels: {app.kubernetes.io/name: %1$s}}
          template:
            metadata: {labels: {app.kubernetes.io/name: %1$s}}
            spec:
              containers:
                - name: %1$s
                  image: "%2$s"
                  env: [{name: PORT, value: "%3$d"}]
                  ports: [{containerPort: %3$d}]
                  readinessProbe: {httpGet: {path: /, port: %3$d}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, labels: {app.kubernetes.io/name: %1$s}}
        spec:
          selector: {app.kubernetes.io/name: %1$s}
          ports: [{port: %3$d}]
        """
            .formatted(name, image, PORT));
    try {
      long begun = System.nanoTime();
      kubectl("apply", "--validate=false", "--filename", manifest.toString());
      kubectl("rollout", "status", "deployment/" + name, "--timeout", "5m");
      return System.nanoTime() - begun;
    } finally {
      delete(name);
    }
  }

  @Override
  public void remove(String service) throws IOException, InterruptedException {
    delete(service);
  }

  private void delete(String both) throws IOException, InterruptedException {
    kubectl("delete", "deployment,service", both, "--ignore-not-found", "--timeout", "1m");
  }

  private void kubectl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kubectl"));
    command.addAll(List.of("--kubeconfig", namespace.kubeconfig().toString()));
    command.addAll(List.of("--namespace", namespace.name()));
    command.addAll(List.of(arguments));
    String _ = program.run(command, new byte[0]);
  }
}
