package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static dev.opsagent.testing.RuntimeContract.assertAnswers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.RuntimeContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerRuntimeTest implements RuntimeContract {
  private static final String SECRET = "hunter2";
  private static final Starter.Limits QUICK =
      new Starter.Limits(Duration.ofMillis(400), Duration.ofMillis(50), Duration.ofSeconds(1));

  @TempDir static Path scratch;
  private static TestingEngine engine = new TestingEngine(Path.of(""));
  private static String image = "";

  private final List<ContainedService> made = new ArrayList<>();

  @BeforeAll
  static void makeImages() throws IOException {
    engine = new TestingEngine(scratch);
    engine.require();
    image = engine.build("EXPOSE 8080");
  }

  @AfterAll
  static void removeImages() {
    engine.removeImages();
  }

  @AfterEach
  void removeEverything() {
    made.forEach(ContainedService::remove);
  }

  @Override
  public ContainedService subject() throws IOException {
    String name = "web" + Long.toHexString(System.nanoTime());
    ContainedService service = new ContainedService("local/" + name, FreePort.any());
    made.add(service);
    return service;
  }

  @Test
  void aContainerIsFoundByItsNameAndSaysWhoMadeItOfWhat() throws Exception {
    ContainedService subject = subject();
    subject.deploy("1.0.0", "task-1");
    Running running = subject.deploy("2.0.0", "task-2");

    assertThat(engine.inspect(id(running), "{{.Name}}")).isEqualTo("/" + subject.name());
    assertThat(label(running, "target")).isEqualTo(subject.target());
    assertThat(label(running, "version")).isEqualTo("2.0.0");
    assertThat(label(running, "digest")).isEqualTo(running.digest());
    assertThat(label(running, "task")).isEqualTo("task-2");
    assertThat(label(running, "previous")).isEqualTo("1.0.0");
    assertThat(engine.inspect(id(running), "{{.HostConfig.RestartPolicy.Name}}"))
        .isEqualTo("unless-stopped");
  }

  @Test
  void theServiceListensOnThePortOfItsImageAndIsReachedOnLoopbackOnly() throws Exception {
    ContainedService subject = subject();

    Running running = subject.deploy("1.0.0", "task-1");

    assertThat(running.address()).contains("http://127.0.0.1:" + subject.port);
    assertThat(engine.docker("port", id(running)))
        .containsExactly("8080/tcp -> 127.0.0.1:" + subject.port);
  }

  @Test
  void withoutAnExposedPortTheServiceListensOnTheNumberOfTheHost() throws Exception {
    ContainedService subject = subject();
    String plain = engine.build("LABEL plain=true");

    Running running =
        ok(subject.runtime().deploy(subject.target(), subject.of(plain, TestingEngine.SERVES)));

    assertAnswers(running, "1.0.0");
    assertThat(engine.docker("port", id(running)))
        .containsExactly(subject.port + "/tcp -> 127.0.0.1:" + subject.port);
  }

  @Test
  void whatAServiceUsesIsCountedWhileItRuns() throws Exception {
    Subject subject = subject();
    assertThat(ok(subject.runtime().usage(subject.target()))).isEmpty();
    subject.deploy("1.0.0", "task-1");

    Usage used = ok(subject.runtime().usage(subject.target())).orElseThrow();

    assertThat(used.cpu()).isPositive();
    assertThat(used.memory()).isBetween(1L << 12, 64L << 20);
    assertThat(ok(subject.runtime().allotted(subject.target())))
        .contains(new Allotment(Optional.empty(), Optional.empty()));
    String container = id(ok(subject.runtime().running(subject.target())).orElseThrow());
    engine.docker("update", "--memory", "48m", "--memory-swap", "48m", container);
    engine.docker("update", "--cpus", "0.25", container);
    assertThat(ok(subject.runtime().allotted(subject.target())))
        .contains(new Allotment(Optional.of(0.25), Optional.of(48L << 20)));
    ok(subject.runtime().stop(subject.target()));
    assertThat(ok(subject.runtime().usage(subject.target()))).isEmpty();
  }

  @Test
  void limitsAreTheEnginesLimits() throws Exception {
    ContainedService subject = subject();
    Image limited = new Image(image, Optional.of(0.5), Optional.of(64L << 20));
    Release release = subject.of("1.0.0", "task-1", limited, TestingEngine.SERVES, subject.port);

    Running running = ok(subject.runtime().deploy(subject.target(), release));

    String limits = "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}";
    assertThat(engine.inspect(id(running), limits)).isEqualTo("500000000 67108864 67108864");
  }

  @Test
  void exactlyOneReleaseIsKeptAndNothingOfOthersIsRemoved() throws Exception {
    ContainedService subject = subject();
    String other = engine.docker("create", BusyboxImage.NAME, "/bin/busybox").getLast();
    subject.deploy("1.0.0", "task-1");
    subject.deploy("2.0.0", "task-2");
    subject.deploy("3.0.0", "task-3");

    assertThat(subject.names())
        .containsExactlyInAnyOrder(subject.name(), subject.name(".previous"));
    assertThat(engine.docker("rm", other)).hasSize(1);
  }

  @Test
  void theOldReleaseRunsAgainWhenTheNewOneEndsAtOnce() throws Exception {
    ContainedService subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release broken = subject.broken("2.0.0", "task-2");

    Failure failure = no(subject.runtime().deploy(subject.target(), broken));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause())
        .contains("exit code 3")
        .contains("no database")
        .contains("[secret]")
        .doesNotContain(SECRET);
    assertThat(subject.running().map(DockerRuntimeTest::whenever)).contains(whenever(first));
    assertThat(subject.names()).containsExactly(subject.name());
    assertAnswers(first, "1.0.0");
  }

  @Test
  void aFailedReleaseOfTheSameBytesDoesNotTakeTheOldOneWithIt() throws Exception {
    ContainedService subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Release broken =
        subject.of(
            "1.0.0", "task-2", subject.image(), List.of("/bin/busybox", "false"), subject.port);

    no(subject.runtime().deploy(subject.target(), broken));

    assertThat(
            ok(subject.runtime().rollback(subject.target(), broken.digest()))
                .map(DockerRuntimeTest::whenever))
        .contains(whenever(first));
  }

  @Test
  void aPortThatSomebodyElseUsesIsNamedAndTheOldReleaseRunsAgain() throws Exception {
    ContainedService subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    try (var other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Release second =
          subject.of(
              "2.0.0", "task-2", subject.image(), TestingEngine.SERVES, other.getLocalPort());

      Failure failure = no(subject.runtime().deploy(subject.target(), second));

      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
      assertThat(failure.cause()).contains("port " + other.getLocalPort());
      assertThat(subject.running().map(DockerRuntimeTest::whenever)).contains(whenever(first));
    }
  }

  @Test
  void aServiceThatUsesMoreThanItsMemoryIsSaidToHave() throws Exception {
    ContainedService subject = subject();
    Image small = new Image(image, Optional.empty(), Optional.of(16L << 20));
    List<String> hungry = List.of("/bin/busybox", "sh", "-c", "x=a; while :; do x=$x$x; done");

    Failure failure =
        no(
            subject
                .runtime()
                .deploy(
                    subject.target(), subject.of("1.0.0", "task-1", small, hungry, subject.port)));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause()).contains("more than its memory of 16777216 bytes");
    assertThat(failure.fix()).isEqualTo("give it more memory");
  }

  @Test
  void anImageThatIsNotThereIsReportedBeforeAnythingChanges() throws Exception {
    ContainedService subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    String missing = "sha256:" + "0".repeat(64);

    Image absent = new Image(missing, Optional.empty(), Optional.empty());
    Release second = subject.of("2.0.0", "task-2", absent, List.of(), subject.port);

    Failure failure = no(subject.runtime().deploy(subject.target(), second));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.sentence()).contains(missing).contains("no such image");
    assertThat(subject.running().map(DockerRuntimeTest::whenever)).contains(whenever(first));
  }

  @Test
  void anImageThatSomebodyCanMoveIsNotRun() throws Exception {
    ContainedService subject = subject();

    Failure failure =
        no(
            subject
                .runtime()
                .deploy(subject.target(), subject.of(BusyboxImage.NAME, TestingEngine.SERVES)));

    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.cause()).contains("not named by a digest");
  }

  @Test
  void aProgramThatTheImageDoesNotHoldIsNamed() throws Exception {
    ContainedService subject = subject();

    Failure failure =
        no(subject.runtime().deploy(subject.target(), subject.of(image, List.of("/bin/nothing"))));

    assertThat(failure.action()).isEqualTo("start 1.0.0 of " + subject.target());
    assertThat(failure.cause()).contains("/bin/nothing");
    assertThat(failure.retryable()).isFalse();
    assertThat(subject.names()).isEmpty();
  }

  @Test
  void aReleaseIsDeployedOnceTheHealthCheckOfItsImageComesOutWell() throws Exception {
    ContainedService subject = subject();
    String checked = checked("--start-period=10s", "test -f /tmp/ready");
    List<String> slow =
        List.of(
            "/bin/busybox",
            "sh",
            "-c",
            "/bin/busybox mkdir /tmp; /bin/busybox sleep 1; echo > /tmp/ready;"
                + " while [ -f /tmp/ready ]; do /bin/busybox sleep 0.1; done;"
                + " /bin/busybox sleep 60");

    Running running = ok(subject.runtime().deploy(subject.target(), subject.of(checked, slow)));

    assertThat(engine.inspect(id(running), "{{.State.Health.Status}}")).isEqualTo("healthy");
    engine.docker("exec", id(running), "/bin/busybox", "rm", "/tmp/ready");
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> assertThat(subject.running()).isEmpty());
    assertThat(ok(subject.runtime().stop(subject.target()))).isTrue();
  }

  @Test
  void aReleaseWhoseHealthCheckFailsIsAFailure() throws Exception {
    ContainedService subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Image checked = new Image(checked("", "false"), Optional.empty(), Optional.empty());

    Failure failure =
        no(
            subject
                .runtime()
                .deploy(
                    subject.target(),
                    subject.of("2.0.0", "task-2", checked, TestingEngine.SERVES, subject.port)));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause()).contains("health check");
    assertThat(subject.running().map(DockerRuntimeTest::whenever)).contains(whenever(first));
  }

  @Test
  void volumesOutliveTheirContainers() throws Exception {
    ContainedService subject = subject();
    String keeping = engine.build("EXPOSE 8080", "VOLUME /kept");
    Running running =
        ok(subject.runtime().deploy(subject.target(), subject.of(keeping, TestingEngine.SERVES)));
    String volume = engine.inspect(id(running), "{{(index .Mounts 0).Name}}");

    assertThat(ok(subject.runtime().rollback(subject.target(), running.digest()))).isEmpty();

    assertThat(subject.names()).isEmpty();
    assertThat(engine.docker("volume", "rm", volume)).containsExactly(volume);
  }

  @Test
  void aContainerOfTheTargetsNameIsNotTouchedAndTheFixNamesHowToTakeItOver() throws Exception {
    ContainedService subject = subject();
    subject.obstruct();
    ServiceRuntime runtime = subject.runtime();

    for (Failure failure :
        List.of(
            no(runtime.stop(subject.target())), no(runtime.restart(subject.target(), "task-1")))) {
      assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
      assertThat(failure.cause()).contains(subject.name());
      assertThat(failure.fix()).contains("adopt");
    }
    assertThat(ok(runtime.running(subject.target()))).isEmpty();
    assertThat(ok(runtime.rollback(subject.target(), "sha256:any"))).isEmpty();
    assertThat(subject.isObstructed()).isTrue();
  }

  @Test
  void whatWasMadeByHandIsTakenOverAndComesBackWithTheFirstReleaseThatIsTakenBack()
      throws Exception {
    ContainedService subject = subject();
    subject.obstruct();
    ServiceRuntime runtime = subject.runtime();
    String target = subject.target();
    Release first = subject.release("1.0.0", "task-1");
    assertThat(ok(runtime.foreign(target, first)))
        .containsExactly("the container " + subject.name());

    Running running = ok(runtime.adopt(target, first));

    assertThat(ok(runtime.running(target))).contains(running);
    assertThat(ok(runtime.foreign(target, first))).isEmpty();
    assertThat(subject.names()).contains(subject.name(".by-hand-stopped"));
    assertThat(ok(runtime.adopt(target, first)).identity())
        .as("harmless a second time")
        .isEqualTo(running.identity());
    Running second = subject.deploy("2.0.0", "task-2");
    assertThat(ok(runtime.rollback(target, second.digest())).map(Running::version))
        .contains("1.0.0");

    assertThat(ok(runtime.rollback(target, first.digest()))).isEmpty();

    assertThat(subject.isObstructed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void aTakeOverThatIsCutOffAnywhereIsCarriedOnAndTakenBack(int changes) throws Exception {
    ContainedService subject = subject();
    engine.docker(
        "run", "-d", "--name", subject.name(), BusyboxImage.NAME, "/bin/busybox", "sleep", "600");
    Release first = subject.release("1.0.0", "task-1");
    try {
      var _ = subject.dying(changes).adopt(subject.target(), first);
    } catch (RuntimeContract.Gone _) {
      // as it was to be
    }

    Running running = ok(subject.runtime().adopt(subject.target(), first));

    assertThat(ok(subject.runtime().running(subject.target()))).contains(running);
    try {
      var _ = subject.dying(changes).rollback(subject.target(), first.digest());
    } catch (RuntimeContract.Gone _) {
      // as it was to be
    }
    assertThat(ok(subject.runtime().rollback(subject.target(), first.digest()))).isEmpty();
    assertThat(subject.isObstructed()).isTrue();
    assertThat(engine.inspect(subject.name(), "{{.State.Running}}")).isEqualTo("true");
  }

  @Test
  void whatRanBeforeItWasTakenOverRunsWhenItComesBack() throws Exception {
    ContainedService subject = subject();
    engine.docker(
        "run", "-d", "--name", subject.name(), BusyboxImage.NAME, "/bin/busybox", "sleep", "600");
    Release broken = subject.broken("1.0.0", "task-1");
    no(subject.runtime().adopt(subject.target(), broken));
    assertThat(subject.names()).contains(subject.name(".by-hand"));

    assertThat(ok(subject.runtime().rollback(subject.target(), broken.digest()))).isEmpty();

    assertThat(subject.isObstructed()).isTrue();
    assertThat(engine.inspect(subject.name(), "{{.State.Running}}")).isEqualTo("true");
  }

  @Test
  void theLogIsWhatTheServiceWroteWithoutSecrets() throws Exception {
    ContainedService subject = subject();
    List<String> talks =
        List.of("/bin/busybox", "sh", "-c", "echo up " + SECRET + " >&2; /bin/busybox sleep 60");
    ok(subject.runtime().deploy(subject.target(), subject.of(image, talks)));

    assertThat(subject.runtime().log(subject.target())).isEqualTo("up [secret]");
    assertThat(subject.runtime().log("local/nothing-of-this-name")).isEmpty();
  }

  @Test
  void anEnvironmentHasTheEngineAndTheNamesThatItDeclares() throws Exception {
    String nowhere = "unix://" + scratch.resolve("no.sock");
    Map<String, String> own = Map.of("DOCKER_HOST", nowhere, "DOCKER_TLS_VERIFY", "1");
    Environment staging =
        TestingEngine.declared(
            "staging",
            URI.create(System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock")),
            "stg");
    Environment gone = TestingEngine.declared("gone", URI.create(nowhere), "stg");
    ContainerEngines engines =
        new ContainerEngines(own, () -> new Environments(List.of(staging, gone)));
    var runtime = new DockerRuntime(engines, text -> text, new RealTimers());
    ContainedService subject = subject();
    String target = subject.target().replace("local/", "staging/");

    Running running = ok(runtime.deploy(target, subject.release("1.0.0", "task-1")));

    assertThat(engine.inspect(id(running), "{{.Name}}"))
        .isEqualTo("/stg." + target.replace('/', '.'));
    assertThat(ok(runtime.running(target))).contains(running);
    assertThat(ok(runtime.rollback(target, running.digest()))).isEmpty();
    assertThat(no(runtime.running("gone/web")).code()).isEqualTo(ReasonCode.TOOL_FAILED);
    assertThat(no(runtime.running("local/web")).code())
        .as("the worker's own engine")
        .isNotEqualTo(ReasonCode.CONFLICT);
  }

  @Test
  void anEngineThatDoesNotAnswerIsAPassingFailureThatSaysWhatToDo() {
    Map<String, String> nowhere = Map.of("DOCKER_HOST", "unix://" + scratch.resolve("no.sock"));
    var runtime = new DockerRuntime(ContainerEngines.only(nowhere), text -> text, new RealTimers());

    Failure failure = no(runtime.running("local/web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_FAILED);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.fix()).contains("start the Docker engine").contains("DOCKER_HOST");
    assertThat(no(runtime.available())).isEqualTo(failure);
    assertThat(runtime.log("local/web")).isEmpty();
  }

  @Test
  void anAddressThatLeadsToNoEngineIsAFaultOfTheConfiguration() {
    Map<String, String> nonsense = Map.of("DOCKER_HOST", "gopher://x");
    var runtime =
        new DockerRuntime(ContainerEngines.only(nonsense), text -> text, new RealTimers());

    assertThat(no(runtime.running("local/web")).code()).isEqualTo(ReasonCode.CONFIGURATION);
  }

  private static String label(Running running, String name) {
    return engine.inspect(id(running), "{{index .Config.Labels \"dev.opsagent." + name + "\"}}");
  }

  private static String checked(String options, String test) throws IOException {
    return engine.build(
        "EXPOSE 8080",
        "HEALTHCHECK --interval=300ms --timeout=2s --retries=2 "
            + options
            + " CMD [\"/bin/busybox\", \"sh\", \"-c\", \""
            + test
            + "\"]");
  }

  static final class ContainedService implements Subject {
    private final String target;
    private final int port;

    ContainedService(String target, int port) {
      this.target = target;
      this.port = port;
    }

    @Override
    public String target() {
      return target;
    }

    String name() {
      return target.replace('/', '.');
    }

    String name(String place) {
      return name() + place;
    }

    @Override
    public ServiceRuntime runtime() {
      return runtime(TestingEngine.door());
    }

    @Override
    public ServiceRuntime dying(int changes) {
      return runtime(
          () -> TestingEngine.door().open().map(opened -> new DyingEngine(opened, changes)));
    }

    private static ServiceRuntime runtime(Engine.Door door) {
      return new DockerRuntime(
          door, text -> text.replace(SECRET, "[secret]"), QUICK, new RealTimers());
    }

    @Override
    public Release release(String version, String task) {
      return of(version, task, image(), TestingEngine.SERVES, port);
    }

    @Override
    public Release broken(String version, String task) {
      List<String> ends =
          List.of("/bin/busybox", "sh", "-c", "echo no database for " + SECRET + "; exit 3");
      return of(version, task, image(), ends, port);
    }

    Image image() {
      return new Image(image, Optional.empty(), Optional.empty());
    }

    Release of(String reference, List<String> command) {
      Image only = new Image(reference, Optional.empty(), Optional.empty());
      return of("1.0.0", "task-1", only, command, port);
    }

    Release of(String version, String task, Image runs, List<String> command, int published) {
      return new Release(
          version,
          Digests.sha256(version),
          task,
          Path.of("unused"),
          Optional.of(runs),
          command,
          Optional.of(published),
          Optional.empty(),
          Optional.empty(),
          Map.of("VERSION", version),
          Duration.ofSeconds(30));
    }

    @Override
    public void obstruct() {
      engine.docker("create", "--name", name(), BusyboxImage.NAME, "/bin/busybox");
    }

    @Override
    public void tamper(Running running) {
      engine.docker("update", "--memory", "48m", "--memory-swap", "48m", name());
    }

    @Override
    public boolean isObstructed() {
      return names().equals(List.of(name()));
    }

    @Override
    public ReasonCode refusal() {
      return ReasonCode.CONFLICT;
    }

    List<String> names() {
      return engine.docker("ps", "-a", "--format", "{{.Names}}", "--filter", "name=" + name());
    }

    void remove() {
      engine
          .docker("ps", "-aq", "--filter", "name=" + name())
          .forEach(id -> engine.docker("rm", "--force", "--volumes", id));
    }
  }

  /** The same container, whenever it was started. */
  private static Running whenever(Running running) {
    return new Running(
        running.version(),
        running.digest(),
        running.taskId(),
        id(running),
        running.address(),
        running.previous());
  }

  /** The container of an identity, which also tells when it started. */
  private static String id(Running running) {
    return running.identity().substring(0, running.identity().indexOf('@'));
  }
}
