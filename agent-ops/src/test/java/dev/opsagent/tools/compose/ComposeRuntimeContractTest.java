package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.SecretMask;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.DyingPrograms;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.RuntimeContract;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
class ComposeRuntimeContractTest implements RuntimeContract {
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

  @TempDir Path data;
  private final List<ComposedService> made = new ArrayList<>();

  @BeforeAll
  static void reachDocker() throws IOException {
    programs =
        new LocalPrograms(
            scratch.resolve("run"), Peers.searchPath(), SecretMask.of(List.of()), "auto");
    var runtime = new ComposeRuntime(programs, scratch, System.getenv(), new RealTimers());
    Peers.require(
        "Docker",
        () -> runtime.available() instanceof Answer.Ok<?>,
        "run .ci/install-packages, .ci/install-compose, .ci/start-docker");
    BusyboxImage.make(TestingPrograms.ofTheMachine(), scratch, engine());
  }

  @AfterAll
  static void removeImage() {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), scratch, engine());
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

  private static boolean changesSomething(Command command) {
    return command.arguments().stream().anyMatch(CHANGES::contains);
  }

  private static List<String> docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return BusyboxImage.run(
            TestingPrograms.ofTheMachine(), scratch, engine(), command.toArray(String[]::new))
        .lines()
        .toList();
  }

  private static Map<String, String> engine() {
    Map<String, String> settings = new HashMap<>(System.getenv());
    settings.keySet().removeIf(name -> !name.startsWith("DOCKER_"));
    return settings;
  }

  private final class ComposedService implements Subject {
    private final String target;
    private final int port;

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
      return runtime(programs);
    }

    @Override
    public ServiceRuntime dying(int changes) {
      return runtime(
          new DyingPrograms(programs, ComposeRuntimeContractTest::changesSomething, changes));
    }

    private ServiceRuntime runtime(Programs programs) {
      return new ComposeRuntime(programs, data, System.getenv(), new RealTimers());
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
          Optional.of(project()),
          Map.of(),
          Duration.ofSeconds(40));
    }

    @Override
    public void obstruct() {
      String label = "com.docker.compose.project=" + project();
      docker("create", "--label", label, "--name", foreign(), BusyboxImage.NAME, "/bin/busybox");
    }

    @Override
    public boolean isObstructed() {
      return !docker("ps", "-aq", "--filter", "name=" + foreign()).isEmpty();
    }

    @Override
    public ReasonCode refusal() {
      return ReasonCode.PRECONDITION_FAILED;
    }

    private String project() {
      return target.replace('/', '-');
    }

    private String foreign() {
      return project() + "-foreign";
    }

    void remove() {
      String label = "label=com.docker.compose.project=" + project();
      docker("ps", "-aq", "--filter", label)
          .forEach(id -> docker("rm", "--force", "--volumes", id));
      docker("network", "ls", "-q", "--filter", label).forEach(id -> docker("network", "rm", id));
      docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stream()
          .filter(image -> image.startsWith("ops-agent/" + project() + "/"))
          .forEach(image -> docker("image", "rm", image));
    }
  }
}
