package dev.opsagent.operations.configure;

import static dev.opsagent.testing.GitProgram.git;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.Repository;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.tools.git.GitRepository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A repository with settings of three environments, on a real remote. */
final class ConfigureWorld {
  static final String LOCAL =
      "# of this machine\r\nLOG_LEVEL=info\r\nOLD=1\r\nDB_PASSWORD=hush\r\n";
  static final String STAGING = "LOG_LEVEL=warn\nOLD=1\nDB_PASSWORD=${DB}\nONLY_THERE=1\n";
  static final String MANIFEST =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: shop}
      data:
        PORT: "80"
      """;

  final Path root;
  final Path remote;
  final Path developer;

  ConfigureWorld(Path root) {
    this.root = root;
    this.remote = root.resolve("remote.git");
    this.developer = root.resolve("developer");
    git(root, "init", "-q", "--bare", remote.toString());
    git(root, "clone", "-q", remote.toString(), developer.toString());
    commit(
        Map.of(
            ".env.local", LOCAL,
            ".env.staging", STAGING,
            "k8s/config.yaml", MANIFEST,
            "src/settings.json", "{\"a\": 1}\n",
            "package.json", "{\"name\": \"x\", \"version\": \"1.0.0\"}\n"));
  }

  String commit(Map<String, String> files) {
    return GitProgram.commitAndPush(developer, "chore: settings", files);
  }

  ConfigureOperation operation(String machine) {
    Repository repository = new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(2));
    return new ConfigureOperation(
        repository,
        new TaskWorkspaces(root.resolve(machine)),
        OwnershipMap.standard(),
        () -> Environments.undeclared(List.of("local", "staging", "production")),
        InstantSource.fixed(Instant.parse("2026-03-01T12:00:00.5Z")));
  }

  SequentialRun run(String parameters) {
    return run("machine", parameters);
  }

  SequentialRun run(String machine, String parameters) {
    return new SequentialRun(operation(machine), task(parameters));
  }

  TaskDispatch task(String parameters) {
    return new TaskDispatch(
        "task-1",
        "environment.configure",
        new Target("local", "shop"),
        Optional.of(new RepositoryRef(remote.toString(), Optional.empty(), Optional.empty())),
        (ObjectNode) Json.readTree(parameters.getBytes(StandardCharsets.UTF_8)),
        Requirements.NONE,
        List.of(),
        "pm",
        false,
        Optional.empty());
  }

  String ref(String ref) {
    return git(remote, "rev-parse", ref);
  }

  /** A file of the remote's branch, byte for byte but for its last line break. */
  String committed(String path) {
    return git(remote, "show", "main:" + path);
  }
}
