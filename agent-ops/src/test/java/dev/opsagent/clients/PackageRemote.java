package dev.opsagent.clients;

import static dev.opsagent.testing.GitProgram.git;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.GitProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A bare remote that holds a small npm package in version 1.0.0. */
record PackageRemote(Path folder) {
  static PackageRemote create(Path parent, String name) {
    PackageRemote remote = new PackageRemote(parent.resolve(name + ".git"));
    Path clone = parent.resolve(name + "-clone");
    git(parent, "init", "-q", "--bare", remote.folder().toString());
    git(parent, "clone", "-q", remote.folder().toString(), clone.toString());
    String manifest = "{\n  \"name\": \"%s\",\n  \"version\": \"1.0.0\"\n}\n".formatted(name);
    GitProgram.commitAndPush(clone, "feat: a package", Map.of("package.json", manifest));
    return remote;
  }

  List<String> tags() {
    return git(folder, "tag", "--list").lines().toList();
  }

  List<String> commits() {
    return git(folder, "log", "--format=%s", "main").lines().toList();
  }

  /** Releases the next patch, with a commit and a tag. */
  TaskDispatch push(String taskId, Target target) {
    return push(taskId, target, false);
  }

  /** Plans the release of the next patch. */
  TaskDispatch plan(String taskId, Target target) {
    return push(taskId, target, true);
  }

  private TaskDispatch push(String taskId, Target target, boolean dryRun) {
    byte[] parameters = "{\"bump\": \"patch\"}".getBytes(StandardCharsets.UTF_8);
    return new TaskDispatch(
        taskId,
        "push",
        target,
        Optional.of(new RepositoryRef(folder.toString(), Optional.of("main"), Optional.empty())),
        (ObjectNode) Json.readTree(parameters),
        Requirements.NONE,
        List.of(),
        "pm",
        dryRun,
        Optional.empty());
  }
}
