package dev.opsagent.operations.push;

import static dev.opsagent.testing.GitProgram.git;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.operations.Pace;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Browser;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.PackageScripts;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.tools.git.GitRepository;
import dev.opsagent.tools.http.HttpHealthProbe;
import dev.opsagent.tools.npm.LocalVerdaccio;
import dev.opsagent.tools.npm.NpmRegistry;
import dev.opsagent.tools.npm.NpmRegistrySettings;
import dev.opsagent.tools.npm.NpmScripts;
import dev.opsagent.tools.process.ProcessRuntime;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/** A sample service with its remote, a real registry and a real process runtime. */
final class PushWorld implements AutoCloseable {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  static final String SERVER =
      """
      const http = require('http');
      const {version} = require('./package.json');
      http.createServer((_, answer) => answer.end('sample ' + version))
        .listen(process.env.PORT, '127.0.0.1');
      """;

  final Path root;
  final Path remote;
  final Path developer;
  final String name;
  final int port;
  final List<URI> pages = new ArrayList<>();
  final HttpHealthProbe health = new HttpHealthProbe();
  final ServiceRuntime runtime;

  private final LocalVerdaccio verdaccio;

  PushWorld(Path root, LocalVerdaccio verdaccio) {
    Peers.require("git", "install git");
    this.root = root;
    this.verdaccio = verdaccio;
    this.name = "sample-" + NAMES.incrementAndGet();
    this.remote = root.resolve("remote.git");
    this.developer = root.resolve("developer");
    this.port = FreePort.any();
    this.runtime =
        new ProcessRuntime(
            programs(),
            root.resolve("services"),
            (folder, timeout) -> new Answer.Ok<>(true),
            UnaryOperator.identity(),
            System::nanoTime);
    git(root, "init", "-q", "--bare", remote.toString());
    git(root, "clone", "-q", remote.toString(), developer.toString());
    GitProgram.commitAndPush(
        developer,
        "feat: a sample",
        Map.of(
            "package.json", manifest("node build.js"),
            "package-lock.json", lock(),
            "server.js", SERVER,
            "build.js", build(""),
            ".gitignore", "dist\nignored.*\nnode_modules\n"));
  }

  String manifest(String prepack) {
    return """
    {
      "name": "%s",
      "version": "1.0.0",
      "description": "größer \uD83D\uDE80",
      "files": ["server.js", "dist"],
      "scripts": { "start": "node server.js", "prepack": "%s" }
    }
    """
        .formatted(name, prepack);
  }

  private String lock() {
    return """
    {
      "name": "%s",
      "version": "1.0.0",
      "lockfileVersion": 3,
      "requires": true,
      "packages": { "": { "name": "%s", "version": "1.0.0" } }
    }
    """
        .formatted(name, name);
  }

  /** A build script that makes {@code dist/} and does something else besides. */
  static String build(String more) {
    return """
    const fs = require('fs');
    fs.mkdirSync('dist', {recursive: true});
    fs.writeFileSync('dist/made.js', 'made');
    %s
    """
        .formatted(more);
  }

  /** Another task id is another task; everything is asked for. */
  TaskDispatch task(String id) {
    return task(id, parameters -> parameters);
  }

  TaskDispatch task(String id, UnaryOperator<ObjectNode> change) {
    ObjectNode parameters =
        (ObjectNode)
            Json.readTree(
                """
                {"bump": "patch", "publish": {}, "openBrowser": true,
                 "deploy": {"kind": "process", "port": %d},
                 "health": {"http": {"path": "/", "bodyContains": "sample"},
                            "attempts": 20, "interval": "PT0.2S", "deadline": "PT10S"}}
                """
                    .formatted(port)
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return task(id, remote.toString(), change.apply(parameters));
  }

  TaskDispatch task(String id, String url, ObjectNode parameters) {
    return new TaskDispatch(
        id,
        "push",
        new Target("local", name),
        Optional.of(new RepositoryRef(url, Optional.empty(), Optional.empty())),
        parameters,
        Requirements.NONE,
        List.of(),
        "pm",
        false,
        Optional.empty());
  }

  /** An operation on this machine. */
  PushOperation operation() {
    return operation("machine", registry());
  }

  /**
   * @param machine operations of one machine share their workspaces
   */
  PushOperation operation(String machine, PackageRegistry registry) {
    return operation(machine, registry, runtime);
  }

  PushOperation operation(String machine, PackageRegistry registry, ServiceRuntime runs) {
    Path data = root.resolve(machine);
    Repository repository = new GitRepository(_ -> Optional.empty(), TIMEOUT);
    return new PushOperation(
        new ReleaseSource(repository, new TaskWorkspaces(data), OwnershipMap.standard()),
        Map.of("npm", registry),
        scripts(data),
        Map.of(runs.kind(), runs),
        () -> Environments.undeclared(List.of("local")),
        health,
        browser(),
        InstantSource.fixed(Instant.parse("2026-03-01T12:00:00.5Z")),
        new Readback(Duration.ofMillis(100), Duration.ofSeconds(2), Pace.of(new RealTimers())));
  }

  /** A machine without a desktop that remembers what it was asked. */
  private Browser browser() {
    return page -> {
      pages.add(page);
      return new Answer.No<>(
          Failure.of(ReasonCode.TOOL_MISSING, "open " + page, "there is no desktop", ""));
    };
  }

  NpmRegistry registry() {
    Path folder = root.resolve("npm");
    return new NpmRegistry(
        new NpmRegistrySettings(
            "npm",
            verdaccio.url(),
            () -> new Answer.Ok<>(Optional.of(verdaccio.token())),
            folder,
            TIMEOUT),
        programs());
  }

  private PackageScripts scripts(Path data) {
    return new NpmScripts(programs(), Optional.of(verdaccio.url()), data.resolve("npm-scripts"));
  }

  LocalPrograms programs() {
    return new LocalPrograms(
        root.resolve("scratch"), Peers.searchPath(), Redactor.of(Map.of()), "auto");
  }

  String ref(String ref) {
    return git(remote, "rev-parse", ref);
  }

  boolean hasTag(String tag) {
    return !git(remote, "tag", "--list", tag).isEmpty();
  }

  String target() {
    return "local/" + name;
  }

  @Override
  public void close() {
    for (String digest = digest(); !digest.isEmpty(); digest = digest()) {
      if (!(runtime.rollback(target(), digest) instanceof Answer.Ok<?>)) {
        break;
      }
    }
    health.close();
  }

  private String digest() {
    return switch (runtime.running(target())) {
      case Answer.Ok<Optional<ServiceRuntime.Running>>(Optional<ServiceRuntime.Running> running) ->
          running.map(ServiceRuntime.Running::digest).orElse("");
      case Answer.No<Optional<ServiceRuntime.Running>> _ -> "";
    };
  }

  /** The text of a file of the remote's branch. */
  String committed(String path) {
    return git(remote, "show", "main:" + path);
  }
}
