package dev.opsagent.endtoend;

import static dev.opsagent.testing.GitProgram.git;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.GitProgram;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/** A Node service in a bare remote, the clone of its developer, and what runs of it. */
final class SampleService implements AutoCloseable {
  final String name;
  private final Path folder;
  final Path remote;
  final Path developer;
  final int port;

  private SampleService(Path folder, String name, int port) {
    this.folder = folder.toAbsolutePath();
    this.name = name;
    this.remote = folder.resolve(name + ".git");
    this.developer = folder.resolve(name + "-developer");
    this.port = port;
  }

  /** Makes the remote with a first commit; the version is 1.0.0. */
  static SampleService create(Path folder, String name) {
    SampleService service = new SampleService(folder, name, FreePort.any());
    git(folder, "init", "-q", "--bare", service.remote.toString());
    git(folder, "clone", "-q", service.remote.toString(), service.developer.toString());
    GitProgram.commitAndPush(
        service.developer,
        "feat: a sample",
        Map.of(
            "package.json", service.manifest(),
            "package-lock.json", service.lock(),
            "server.js", server(""),
            "build.js", build(""),
            ".gitignore", "dist\nnode_modules\n.env\n"));
    return service;
  }

  private String manifest() {
    return """
    {
      "name": "%s",
      "version": "1.0.0",
      "files": ["server.js", "dist"],
      "scripts": { "start": "node server.js", "prepack": "node build.js" }
    }
    """
        .formatted(name);
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

  /** The server, which answers with its version; the broken one answers 500. */
  static String server(String broken) {
    return """
    const http = require('http');
    const {version} = require('./package.json');
    http.createServer((_, answer) => {
      answer.statusCode = version === '%s' ? 500 : 200;
      answer.end('sample ' + version);
    }).listen(process.env.PORT, '127.0.0.1');
    """
        .formatted(broken);
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

  String commit(String message, Map<String, String> files) {
    git(developer, "pull", "-q", "--rebase", "origin", "HEAD");
    return GitProgram.commitAndPush(developer, message, files);
  }

  Target target() {
    return new Target("local", name);
  }

  /** Asks for everything: next patch, publish, deploy, verify. */
  TaskDispatch push(String taskId) {
    return push(taskId, parameters -> parameters);
  }

  TaskDispatch push(String taskId, UnaryOperator<ObjectNode> change) {
    return push(taskId, change, false);
  }

  /** Asks for a release that runs nowhere. */
  TaskDispatch publish(String taskId) {
    return push(
        taskId,
        parameters -> {
          parameters.remove("deploy");
          parameters.remove("health");
          return parameters;
        });
  }

  TaskDispatch dryRun(String taskId) {
    return push(taskId, parameters -> parameters, true);
  }

  /** Any operation on this service. */
  TaskDispatch task(String taskId, String operation, String parameters) {
    return task(taskId, operation, parameters, target());
  }

  /** Any operation on any target. */
  TaskDispatch task(String taskId, String operation, String parameters, Target target) {
    return new TaskDispatch(
        taskId,
        operation,
        target,
        Optional.empty(),
        (ObjectNode) Json.readTree(parameters.getBytes(StandardCharsets.UTF_8)),
        Requirements.NONE,
        List.of(),
        "pm",
        false,
        Optional.empty());
  }

  /** Where callers come in. */
  URI address() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  /** Deploys a published version as a process, which must serve for a moment. */
  TaskDispatch deploy(String taskId, String version) {
    return deploy(taskId, version, "recreate");
  }

  /** The same, beside what runs. */
  TaskDispatch blueGreen(String taskId, String version) {
    return deploy(taskId, version, "blue-green");
  }

  private TaskDispatch deploy(String taskId, String version, String strategy) {
    return task(
        taskId,
        "deploy",
        """
        {"package": {"name": "%s", "version": "%s"}, "port": %d, "strategy": "%s",
         "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                    "attempts": 20, "interval": "PT0.25S", "deadline": "PT10S", "soak": "PT1S"}}
        """
            .formatted(name, version, port, strategy, version));
  }

  private TaskDispatch push(String taskId, UnaryOperator<ObjectNode> change, boolean dryRun) {
    return new TaskDispatch(
        taskId,
        "push",
        target(),
        Optional.of(new RepositoryRef(remote.toString(), Optional.of("main"), Optional.empty())),
        change.apply(parameters()),
        Requirements.NONE,
        List.of(),
        "pm",
        dryRun,
        Optional.empty());
  }

  private ObjectNode parameters() {
    String json =
        """
        {"bump": "patch", "publish": {"registry": "npm"},
         "deploy": {"kind": "process", "port": %d},
         "health": {"http": {"path": "/", "bodyContains": "sample"},
                    "attempts": 20, "interval": "PT0.25S", "deadline": "PT10S"}}
        """
            .formatted(port);
    return (ObjectNode) Json.readTree(json.getBytes(StandardCharsets.UTF_8));
  }

  /** The commit that the ref of the remote names, tags peeled. */
  String ref(String ref) {
    return git(remote, "rev-parse", ref + "^{commit}");
  }

  /** All refs of the remote with their objects. */
  String refs() {
    return git(remote, "for-each-ref");
  }

  List<String> tags() {
    return git(remote, "tag", "--list").lines().toList();
  }

  /** Subjects of the commits of the remote's branch, newest first. */
  List<String> commits() {
    return git(remote, "log", "--format=%s", "main").lines().toList();
  }

  /** Whether the release's tag stands on the remote; asks no program, so it is quick. */
  boolean isTagged(String version) {
    String ref = "refs/tags/v" + version;
    try {
      return Files.exists(remote.resolve(ref))
          || Files.readString(remote.resolve("packed-refs")).contains(ref + "\n");
    } catch (IOException e) {
      return false; // nothing is packed yet
    }
  }

  /** Status and body, as {@code 200 sample 1.0.1}. */
  String answer() {
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      URI uri = URI.create("http://127.0.0.1:" + port + "/");
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return response.statusCode() + " " + response.body();
    } catch (IOException e) {
      return "no answer: " + e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Every process that was started as a release of this service by a worker of this test. */
  List<ProcessHandle> processes() {
    return processes(target());
  }

  /** The same of any target. */
  List<ProcessHandle> processes(Target of) {
    String release = "\0OPS_AGENT_RELEASE=" + of.key() + ":";
    String service = "\0OPS_AGENT_SERVICE=" + folder;
    return ProcessHandle.allProcesses()
        .filter(process -> isMarked(process, release, service))
        .toList();
  }

  private static boolean isMarked(ProcessHandle process, String... marks) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/environ"));
      String environment = "\0" + new String(bytes, StandardCharsets.UTF_8);
      return List.of(marks).stream().allMatch(environment::contains);
    } catch (IOException e) {
      return false; // it has ended, or is another user's
    }
  }

  @Override
  public void close() {
    processes().forEach(ProcessHandle::destroyForcibly);
  }
}
