package dev.opsagent.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Grants.Code;
import dev.opsagent.outside.Grants.Network;
import dev.opsagent.outside.Grants.Peer;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Json;
import dev.opsagent.redaction.Redactor;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A workspace, everything around it that must not be touched, and somebody who looks after. */
final class EscapeWorld implements AutoCloseable {
  private static final String CANARY = "CANARY-5f1d";
  private static final Duration LIMIT = Duration.ofSeconds(100);

  private final Path root;
  private final Path work;
  private final Path outside;
  private final Path home;
  private final Process victim;
  private final Listeners listeners = new Listeners();

  EscapeWorld(Path root) throws IOException {
    this.root = root;
    this.work = Files.createDirectories(root.resolve("workspaces/task/checkout"));
    // Beside the workspace, where the shortest way up leads.
    this.outside = Files.createDirectories(root.resolve("workspaces/task/outside"));
    this.home = Files.createTempFile(Path.of(System.getProperty("user.home")), ".escape-", "");
    Files.writeString(home, CANARY);
    fillWork();
    fillOutside();
    this.victim = victim();
  }

  private void fillWork() throws IOException {
    Files.writeString(work.resolve("file"), "mine");
    for (String folder : List.of("", "nested/")) {
      Path git = Files.createDirectories(work.resolve(folder + ".git"));
      Files.createDirectories(git.resolve("hooks"));
      Files.writeString(git.resolve("config"), "[core]\n");
      Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
      Files.createDirectories(git.resolve("objects"));
      Files.createDirectories(git.resolve("refs"));
      Path sample = Files.writeString(git.resolve("hooks/sample"), "#!/bin/sh\n");
      Files.setPosixFilePermissions(sample, PosixFilePermissions.fromString("rw-r--r--"));
    }
    Files.createDirectories(work.resolve("module"));
    Files.writeString(work.resolve("module/.git"), "gitdir: ../.git/modules/module\n");
    Files.createDirectories(work.resolve("mnt"));
  }

  private void fillOutside() throws IOException {
    Files.writeString(outside.resolve("victim"), "untouched");
    Files.setAttribute(
        outside.resolve("victim"), "user:mark", java.nio.ByteBuffer.wrap(new byte[1]));
    Files.writeString(outside.resolve("secret"), CANARY);
    Files.createDirectories(outside.resolve("empty"));
    Files.createDirectories(outside.resolve("other-task/checkout"));
    Files.writeString(outside.resolve("other-task/checkout/file"), CANARY);
    Files.createDirectories(outside.resolve("data"));
    Files.writeString(outside.resolve("data/index"), CANARY);
    Path run = Files.createDirectories(outside.resolve("run"));
    for (String socket : List.of("docker.sock", "agent.1", "bus")) {
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      // Short enough for a socket's address, whatever the folder of the test is called.
      channel.bind(UnixDomainSocketAddress.of(run.resolve(socket)));
      listeners.listen(channel);
    }
  }

  private Process victim() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "300").directory(outside.toFile());
    builder.environment().put("VICTIMS_SECRET", CANARY);
    return builder.redirectInput(new File("/dev/null")).start();
  }

  /** What came of the attempt: how it got out, if it did, and what was said. */
  record Result(Set<String> ways, String told) {}

  Result attempt(Escape escape, String level, int seconds) throws Exception {
    LocalPrograms programs =
        new LocalPrograms(root.resolve("scratch"), EscapesTest.PATH, Redactor.of(Map.of()), level);
    if (escape.language().equals("npm")) {
      makePackage(escape);
    }
    Map<String, String> before = snapshot();
    Command command =
        new Command(escape.command(), work, environment(seconds), LIMIT, grants(escape));
    Answer<Finished> answer = programs.run(command);
    Set<String> ways = new java.util.TreeSet<>();
    if (goesOn()) {
      ways.add("goes on");
    }
    String told = told(answer);
    if (told.contains(CANARY)) {
      ways.add("read a secret");
    }
    if (told.lines().anyMatch("ESCAPED"::equals)) {
      ways.add("said so");
    }
    if (listeners.heard()) {
      ways.add("connected");
    }
    if (!victim.isAlive()) {
      ways.add("killed");
    }
    // A workspace that cannot be put back as it was fails its program: nothing is made of it.
    boolean discarded = answer instanceof Answer.No<Finished>;
    Map<String, String> after = snapshot();
    if (discarded) {
      before.keySet().removeIf(path -> path.startsWith(work.toString()));
      after.keySet().removeIf(path -> path.startsWith(work.toString()));
    }
    if (!after.equals(before)) {
      ways.add("changed " + difference(before, after));
    }
    return new Result(ways, told);
  }

  private static String told(Answer<Finished> answer) {
    return switch (answer) {
      case Answer.Ok<Finished>(Finished finished) -> finished.stdout() + finished.stderr();
      case Answer.No<Finished> no -> no.failure().sentence();
    };
  }

  private Grants grants(Escape escape) {
    Grants grants = Grants.NONE.writing(work).running(Code.REPOSITORY);
    return escape.network()
        ? grants.in(new Network.Peers(Set.of(new Peer("127.0.0.1", listeners.declaredPort()))))
        : grants;
  }

  private Map<String, String> environment(int seconds) {
    Map<String, String> environment = new HashMap<>();
    environment.put("WORK", work.toString());
    environment.put("OUT", outside.toString());
    environment.put("VICTIM", Long.toString(victim.pid()));
    environment.put("WORKER", Long.toString(ProcessHandle.current().pid()));
    environment.put("OPERATOR_HOME", Path.of(System.getProperty("user.home")).toString());
    environment.put("HOME_CANARY", home.getFileName().toString());
    environment.put("TCP", Integer.toString(listeners.tcpPort()));
    environment.put("UDP", Integer.toString(listeners.udpPort()));
    environment.put("DECLARED", Integer.toString(listeners.declaredPort()));
    environment.put("ABSTRACT", listeners.abstractName());
    environment.put("SECONDS", Integer.toString(seconds));
    return environment;
  }

  private void makePackage(Escape escape) throws IOException {
    JsonNode told = Json.readTree(escape.script().getBytes(UTF_8));
    ObjectNode manifest = Json.mapper().createObjectNode().put("name", "x").put("version", "1.0.0");
    manifest.set("scripts", told.path("scripts"));
    Files.write(work.resolve("package.json"), Json.write(manifest));
    if (told.has("shell")) {
      Path shell = work.resolve("shell");
      Files.writeString(shell, "#!/bin/sh\n" + told.path("shell").asString() + "\n");
      Files.setPosixFilePermissions(shell, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.writeString(work.resolve(".npmrc"), "script-shell=" + shell + "\n");
    }
  }

  /** Whether something still writes into the workspace. */
  private boolean goesOn() throws Exception {
    Path beat = work.resolve("beat");
    if (Files.notExists(beat)) {
      return false;
    }
    long size = Files.size(beat);
    for (int i = 0; i < 10 && Files.size(beat) == size; i++) {
      Thread.sleep(50);
    }
    return Files.size(beat) != size;
  }

  /** Everything that must stay as it is: the outside, and git's own files in the workspace. */
  private Map<String, String> snapshot() throws IOException {
    Map<String, String> all = new TreeMap<>();
    List<Path> tops = new ArrayList<>(List.of(outside));
    tops.add(work.resolve(".git"));
    tops.add(work.resolve("nested/.git"));
    tops.add(work.resolve("module/.git"));
    for (Path top : tops) {
      if (Files.notExists(top, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      try (Stream<Path> paths = Files.walk(top)) {
        for (Path path : paths.toList()) {
          all.put(path.toString(), describe(path));
        }
      }
    }
    return all;
  }

  private static String describe(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, "unix:mode,uid,gid,nlink", LinkOption.NOFOLLOW_LINKS);
    String content =
        Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.readString(path) : "";
    boolean marked = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    return new TreeMap<>(attributes)
        + " "
        + Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
        + (marked ? Files.readAttributes(path, "user:*", LinkOption.NOFOLLOW_LINKS).keySet() : "")
        + content;
  }

  private static String difference(Map<String, String> before, Map<String, String> after) {
    Set<String> changed = new java.util.TreeSet<>(before.keySet());
    changed.addAll(after.keySet());
    changed.removeIf(path -> String.valueOf(before.get(path)).equals(after.get(path)));
    return changed.toString();
  }

  @Override
  public void close() throws IOException {
    victim.destroyForcibly().onExit().join();
    ProcessHandle.allProcesses()
        .filter(it -> it.info().commandLine().orElse("").contains(work.toString()))
        .forEach(ProcessHandle::destroyForcibly);
    listeners.close();
    Files.deleteIfExists(home);
    FolderRemoval.remove(root.resolve("workspaces"));
  }
}
