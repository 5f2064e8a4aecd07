package dev.opsagent.cli.drill;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.bench.ComposeProject;
import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The stack of the compose file under a name of its own, with a repository for each target. */
public final class DrilledStack {
  private static final int PARTITIONS = 6;
  private static final int TARGETS_OF_PARTITION = 2;
  private static final String WORKER = "worker";
  private static final String IMAGE = "ops-agent/worker:tools";

  private final ComposeProject project;
  private final String name;
  private final List<String> services = evenly();
  private final int kafka = LocalPorts.free();
  private final StackRegistry registry = new StackRegistry(LocalPorts.free());

  /**
   * @param name of the project, and of the image that is the next one
   */
  public DrilledStack(ComposeProject project, String name) {
    this.project = project;
    this.name = name;
  }

  /** So many targets of each partition, so that every worker has work. */
  private static List<String> evenly() {
    Map<Integer, Integer> taken = new HashMap<>();
    List<String> services = new ArrayList<>();
    for (int i = 0; services.size() < PARTITIONS * TARGETS_OF_PARTITION; i++) {
      int partition = TargetPartition.of("local/shop-" + i, PARTITIONS);
      if (taken.merge(partition, 1, Integer::sum) <= TARGETS_OF_PARTITION) {
        services.add("shop-" + i);
      }
    }
    return services;
  }

  /** The services that are released to the environment local. */
  public List<String> services() {
    return List.copyOf(services);
  }

  /** Where the stack's broker is reached from this machine. */
  public String bootstrap() {
    return "127.0.0.1:" + kafka;
  }

  /** Builds the worker's image. */
  public void build() throws IOException, InterruptedException {
    project.set("OPS_AGENT_KAFKA_PORT", Integer.toString(kafka));
    project.set("OPS_AGENT_NPM_PORT", Integer.toString(registry.port()));
    project.set("OPS_AGENT_PROMETHEUS_PORT", Integer.toString(LocalPorts.free()));
    project.set("OPS_AGENT_IMAGE", IMAGE);
    project.compose("build", "--quiet", WORKER);
  }

  /** Starts it whole, with one worker that may publish. */
  public void start() throws IOException, InterruptedException {
    project.compose("up", "--detach", "--wait", "npm");
    project.set("NPM_TOKEN", registry.token());
    project.compose("up", "--detach", "--wait");
    for (String service : services) {
      git("init", "--quiet", "--bare", "--initial-branch", "main", folder(service));
      project.compose(
          history(service),
          "exec",
          "-T",
          WORKER,
          "git",
          "-C",
          folder(service),
          "fast-import",
          "--quiet");
    }
  }

  /** One commit, as git's fast-import reads it. */
  private static byte[] history(String service) {
    String manifest =
        Json.mapper()
            .createObjectNode()
            .put("name", packageName(service))
            .put("version", "1.0.0")
            .put("license", "Apache-2.0")
            .toPrettyString();
    return """
    commit refs/heads/main
    committer Sample Engineer <engineer@example.org> 1767225600 +0000
    data 11
    feat: begin
    M 100644 inline package.json
    data %d
    %s
    """
        .formatted(manifest.getBytes(UTF_8).length, manifest)
        .getBytes(UTF_8);
  }

  private String git(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("exec", "-T", WORKER, "git"));
    command.addAll(List.of(arguments));
    return project.compose(command.toArray(String[]::new));
  }

  private static String packageName(String service) {
    return "ops-agent-drill-" + service;
  }

  private static String folder(String service) {
    return "/srv/git/" + service + ".git";
  }

  /** Where its workers find the repository of a service. */
  public static String repository(String service) {
    return "file://" + folder(service);
  }

  /** Copies out the key that its workers trust. */
  public void copyKey(Path file) throws IOException, InterruptedException {
    project.compose("cp", WORKER + ":/var/lib/ops-agent/keys/operator.jwk", file.toString());
  }

  /** Brings it to so many workers, new ones of the image that is in force. */
  public void scale(int workers) throws IOException, InterruptedException {
    project.compose(
        "up",
        "--detach",
        "--wait",
        "--no-deps",
        "--no-recreate",
        "--scale",
        WORKER + "=" + workers,
        WORKER);
  }

  /** The containers of its workers. */
  public List<String> workers() throws IOException, InterruptedException {
    return project.containers(WORKER);
  }

  /** Ends a worker without asking it. */
  public void kill(String worker) throws IOException, InterruptedException {
    project.docker("kill", worker);
  }

  /** Ends a worker as it asks to be ended. */
  public void stop(String worker) throws IOException, InterruptedException {
    project.docker("stop", worker);
  }

  /** Forgets a worker that has ended. */
  public void forget(String worker) throws IOException, InterruptedException {
    project.docker("rm", "--volumes", worker);
  }

  /** Makes another image of the worker, which is in force from now on. */
  public void upgrade() throws IOException, InterruptedException {
    String recipe = "FROM %s\nLABEL dev.opsagent.drill=%s\n".formatted(IMAGE, name);
    project.docker(recipe.getBytes(UTF_8), List.of("build", "--quiet", "--tag", next(), "-"));
    project.set("OPS_AGENT_IMAGE", next());
  }

  private String next() {
    return "ops-agent/worker:" + name;
  }

  /** What registry and repository have of a service, beside what its tasks told. */
  public Released released(String service, List<String> told)
      throws IOException, InterruptedException {
    List<String> tags = git("-C", folder(service), "tag", "--list").lines().toList();
    return new Released(told, registry.versions(packageName(service)), tags);
  }

  /** What its workers said last. */
  public String logs() throws IOException, InterruptedException {
    return project.compose("logs", "--no-color", "--tail", "30", WORKER);
  }

  /** Removes it, and the image that was made for it. */
  public void remove() throws IOException, InterruptedException {
    project.remove();
    if (!project.docker("images", "--quiet", next()).isEmpty()) {
      project.docker("rmi", next());
    }
  }
}
