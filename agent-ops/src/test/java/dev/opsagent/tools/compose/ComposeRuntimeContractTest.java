package dev.opsagent.tools.compose;

import static dev.opsagent.testing.Answers.ok;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.DockerLines;
import dev.opsagent.testing.DyingPrograms;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RuntimeContract;
import dev.opsagent.testing.TestingCompose;
import dev.opsagent.testing.TestingPrograms;
import dev.opsagent.tools.docker.TargetContainers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
public class ComposeRuntimeContractTest implements RuntimeContract {
  private static final Set<String> CHANGES = Set.of("up", "down", "stop", "build", "tag", "rm");
  private static final String SERVES =
      """
      services:
        web:
          image: %s
          command: [/bin/busybox, httpd, -f, -p, "8080", -h, /www]
          volumes: [./www:/www:ro]
          ports: ["127.0.0.1:${PORT}:8080"]
          stop_signal: SIGKILL
          healthcheck:
            test: ["CMD", "/bin/busybox", "wget", "-qO", "/dev/null", "http://127.0.0.1:8080/"]
            interval: 300ms
            timeout: 2s
            retries: 3
      """
          .formatted(BusyboxImage.NAME);

  @TempDir static Path scratch;

  private static Programs programs = TestingPrograms.ofTheMachine();

  @TempDir protected Path data;
  private final List<ComposedService> made = new ArrayList<>();

  @BeforeAll
  static void reachDocker() throws IOException {
    programs =
        new LocalPrograms(
            scratch.resolve("run"), Peers.searchPath(), Redactor.of(Map.of()), "auto");
    var runtime = TestingCompose.runtime(programs, scratch);
    Peers.require(
        "Docker",
        () -> runtime.available() instanceof Answer.Ok<?>,
        "run .ci/install-packages, .ci/install-compose, .ci/start-docker");
    BusyboxImage.make(TestingPrograms.ofTheMachine(), scratch, DockerLines.settings());
  }

  @AfterAll
  static void removeImage() {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), scratch, DockerLines.settings());
  }

  @AfterEach
  void removeEverything() {
    made.forEach(ComposedService::remove);
  }

  @Override
  public Subject subject() throws IOException {
    String name = "web" + Long.toHexString(System.nanoTime());
    ComposedService service = new ComposedService("local/" + name, FreePort.any());
    made.add(service);
    return service;
  }

  /** A fresh runtime. */
  protected ServiceRuntime runtime(Programs started) {
    return TestingCompose.runtime(started, data);
  }

  /** What its releases call their project; absent: the runtime names it. */
  protected Optional<String> project(String target) {
    return Optional.of(target.replace('/', '-'));
  }

  /** Puts what is somebody else's in the way of the target's service. */
  protected AutoCloseable obstruct(String target, int port) throws IOException {
    String project = project(target).orElseThrow();
    String label = "com.docker.compose.project=" + project;
    String id = docker("create", "--label", label, BusyboxImage.NAME, "/bin/busybox").getFirst();
    return () -> docker("rm", id); // fails when it is gone
  }

  private static boolean changesSomething(Command command) {
    return command.arguments().stream().anyMatch(CHANGES::contains);
  }

  private static List<String> docker(String... arguments) {
    return DockerLines.of(scratch, arguments);
  }

  private final class ComposedService implements Subject {
    private final String target;
    private final int port;
    private Optional<AutoCloseable> obstacle = Optional.empty();

    ComposedService(String target, int port) {
      this.target = target;
      this.port = port;
    }

    @Override
    public String target() {
      return target;
    }

    @Override
    public ServiceRuntime runtime() {
      return ComposeRuntimeContractTest.this.runtime(programs);
    }

    @Override
    public ServiceRuntime dying(int changes) {
      return ComposeRuntimeContractTest.this.runtime(
          new DyingPrograms(programs, ComposeRuntimeContractTest::changesSomething, changes));
    }

    @Override
    public Release release(String version, String task) throws IOException {
      return release(version, task, SERVES);
    }

    @Override
    public Release broken(String version, String task) throws IOException {
      return release(version, task, SERVES.replace("httpd", "false"));
    }

    private Release release(String version, String task, String file) throws IOException {
      Path source = Files.createDirectories(data.resolve("source-" + version));
      Files.writeString(source.resolve("compose.yaml"), file);
      Files.createDirectories(source.resolve("www"));
      Files.writeString(source.resolve("www/index.html"), "version " + version);
      return new Release(
          version,
          Digests.sha256(version + file),
          task,
          source,
          Optional.empty(),
          List.of(),
          Optional.of(port),
          Optional.of("compose.yaml"),
          project(target),
          Map.of(),
          Duration.ofSeconds(40));
    }

    @Override
    public void obstruct() throws IOException {
      obstacle = Optional.of(ComposeRuntimeContractTest.this.obstruct(target, port));
    }

    @Override
    public void tamper(Running running) {
      docker("pause", running.identity().split(",", 2)[0]);
    }

    @Override
    public boolean isObstructed() throws Exception {
      obstacle.orElseThrow().close();
      return true;
    }

    @Override
    public ReasonCode refusal() {
      return ReasonCode.PRECONDITION_FAILED;
    }

    void remove() {
      ok(new TargetContainers(System.getenv()).remove(target));
      String name = target.replace('/', '-');
      docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stream()
          .filter(image -> image.startsWith("ops-agent/") && image.contains(name))
          .forEach(image -> docker("image", "rm", image));
    }
  }
}
