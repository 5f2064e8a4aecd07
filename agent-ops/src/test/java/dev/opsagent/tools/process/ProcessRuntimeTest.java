package dev.opsagent.tools.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.Peers;
import dev.opsagent.tools.process.ServiceState.Entry;
import dev.opsagent.tools.process.ServiceState.Spec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRuntimeTest {
  private static final String TARGET = "local/greeter";
  private static final String SECRET = "hunter2";
  private static final String PATH = Optional.ofNullable(System.getenv("PATH")).orElse("");
  private static final Launcher.Limits QUICK =
      new Launcher.Limits(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));

  @TempDir static Path packed;
  private static Path one;
  private static Path two;

  @TempDir Path data;
  private final List<Path> installed = new ArrayList<>();
  private int port;

  @BeforeAll
  static void pack() throws IOException {
    Peers.require("node", "install Node.js 20");
    Packages packages = new Packages(packed);
    one = packages.pack("1.0.0", Packages.ANSWERS_VERSION, script("node server.js"));
    two = packages.pack("2.0.0", Packages.ANSWERS_VERSION, ",\"main\":\"server.js\"");
  }

  @BeforeEach
  void findPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
  }

  @AfterEach
  void endEverything() throws IOException {
    ProcessTable table = new ProcessTable(Path.of("/proc"));
    String mark = "OPS_AGENT_SERVICE=" + folder().path();
    table.tree(Optional.empty(), Set.of(mark)).forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void aDeployedReleaseServesAndIsFoundByALaterWorker() throws Exception {
    Running running = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));

    assertThat(get(running)).startsWith("version 1.0.0");
    assertThat(running.previous()).isEmpty();
    assertThat(ok(runtime().running(TARGET))).contains(running);
    assertThat(runtime().log(TARGET)).contains("serving 1.0.0");
  }

  @Test
  void theServiceOutlivesTheWorkerThatStartedIt() throws Exception {
    Release release = release(one, "1.0.0", "task-1");
    Process worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DyingWorker.class.getName(),
                data.toString(),
                TARGET,
                one.toString(),
                release.digest(),
                "task-1",
                Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("worker.log").toFile())
            .start();
    assertThat(worker.waitFor(Duration.ofSeconds(60))).isTrue();
    assertThat(worker.exitValue()).isEqualTo(137);

    Running running = ok(runtime().running(TARGET)).orElseThrow();
    assertThat(get(running)).startsWith("version 1.0.0");
    assertThat(ok(runtime().deploy(TARGET, release))).isEqualTo(running);
  }

  @Test
  void theServiceHasASessionOfItsOwnAndSeesNothingOfTheWorkersEnvironment() throws Exception {
    Running running = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));

    long pid = pid(running);
    assertThat(session(Long.toString(pid))).isNotEqualTo(session("self"));
    List<String> names =
        List.of(Files.readString(Path.of("/proc/" + pid + "/environ")).split("\0", -1)).stream()
            .map(setting -> setting.replaceFirst("=.*", ""))
            // What a wall adds to say where the service is and how it asks for names.
            .filter(name -> !List.of("", "PWD", "RES_OPTIONS").contains(name))
            .toList();
    assertThat(names)
        .containsExactlyInAnyOrder(
            "PATH",
            "LANG",
            "HOME",
            "TMPDIR",
            "PORT",
            "GREETING",
            "OPS_AGENT_RELEASE",
            "OPS_AGENT_SERVICE");
  }

  private static String session(String pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/stat")).split(" ", -1)[5];
  }

  @Test
  void theSameReleaseOfTheSameTaskIsDeployedOnce() {
    Release release = release(one, "1.0.0", "task-1");
    Running first = ok(runtime().deploy(TARGET, release));

    assertThat(ok(runtime().deploy(TARGET, release))).isEqualTo(first);
  }

  @Test
  void aNewReleaseReplacesTheOneThatRuns() throws Exception {
    Running first = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));

    Running second = ok(runtime().deploy(TARGET, release(two, "2.0.0", "task-2")));

    assertThat(get(second)).startsWith("version 2.0.0");
    assertThat(second.previous()).contains("1.0.0");
    assertGone(first);
  }

  @Test
  void aRollbackStartsTheReleaseBeforeAgainAndIsHarmlessWhenRepeated() throws Exception {
    Running first = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    Running second = ok(runtime().deploy(TARGET, release(two, "2.0.0", "task-2")));

    Running back = ok(runtime().rollback(TARGET, second.digest())).orElseThrow();

    assertThat(get(back)).startsWith("version 1.0.0");
    assertThat(back.taskId()).isEqualTo(first.taskId());
    assertGone(second);
    assertThat(ok(runtime().rollback(TARGET, second.digest()))).contains(back);
    assertThat(ok(runtime().running(TARGET))).contains(back);
  }

  @Test
  void aRedeploymentOfTheSameBytesIsRolledBackToTheEarlierTaskOnce() {
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    Running again = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-2")));

    Running back = ok(runtime().rollback(TARGET, again.digest())).orElseThrow();

    assertThat(back.taskId()).isEqualTo("task-1");
    assertThat(ok(runtime().rollback(TARGET, again.digest()))).contains(back);
  }

  @Test
  void aRollbackOfTheFirstReleaseLeavesNothing() throws Exception {
    Running first = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));

    assertThat(ok(runtime().rollback(TARGET, first.digest()))).isEmpty();

    assertGone(first);
    assertThat(ok(runtime().running(TARGET))).isEmpty();
    assertThat(ok(runtime().rollback(TARGET, first.digest()))).isEmpty();
  }

  @Test
  void aRollbackOfAReleaseThatDoesNotRunChangesNothing() {
    Running first = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));

    assertThat(ok(runtime().rollback(TARGET, "sha512-other"))).contains(first);
  }

  @Test
  void aServiceThatDiedIsNotRunningAndItsReleaseCanBeDeployedAgain() throws Exception {
    Release release = release(one, "1.0.0", "task-1");
    Running first = ok(runtime().deploy(TARGET, release));
    ProcessHandle.of(pid(first)).orElseThrow().destroyForcibly();
    assertGone(first);

    assertThat(ok(runtime().running(TARGET))).isEmpty();
    assertThat(ok(runtime().drift(TARGET)))
        .extracting(it -> it.by().orElse(""))
        .allMatch(it -> it.matches("it wrote last at [0-9T:-]+Z"))
        .hasSize(1);
    assertThat(get(ok(runtime().deploy(TARGET, release)))).startsWith("version 1.0.0");
  }

  @Test
  void aProcessThatGotTheNumberOfTheServiceIsNotMistakenForIt() throws Exception {
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    ServiceState state = folder().read().orElseThrow();
    ProcessIdentity earlier = new ProcessIdentity(ProcessHandle.current().pid(), "another boot:1");
    folder().write(state.started(Entry.running(state.current().spec(), earlier)));

    assertThat(ok(runtime().running(TARGET))).isEmpty();
    assertThat(ok(runtime().drift(TARGET)))
        .extracting(it -> it.by().orElse(""))
        .containsExactly("the machine has been started again since");
  }

  @Test
  void aStartThatWasNeverRecordedIsFoundByItsMark() throws Exception {
    Release release = release(two, "2.0.0", "task-2");
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    Running twin = ok(runtime().deploy(TARGET, release));
    forgetThatItStarted();

    assertThat(ok(runtime().running(TARGET))).contains(twin);
    assertThat(ok(runtime().deploy(TARGET, release))).isEqualTo(twin);
    assertThat(folder().read().orElseThrow().isUnfinished()).isFalse();
  }

  @Test
  void aStartThatWasNeverRecordedIsEndedByARollback() throws Exception {
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    Running twin = ok(runtime().deploy(TARGET, release(two, "2.0.0", "task-2")));
    forgetThatItStarted();

    Running back = ok(runtime().rollback(TARGET, twin.digest())).orElseThrow();

    assertGone(twin);
    assertThat(get(back)).startsWith("version 1.0.0");
  }

  @Test
  void aCrashBeforeTheOldReleaseWasStoppedLeavesItRunningUntilItIsGoneBackTo() throws Exception {
    Running old = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    Release release = release(two, "2.0.0", "task-2");
    ServiceState state = folder().read().orElseThrow();
    var spec = ServiceState.Spec.of(release, List.of("node", "server.js"));
    folder().write(ServiceState.deploying(spec, Optional.of(state), Optional.of(state.current())));

    assertThat(ok(runtime().running(TARGET)).map(Running::identity)).contains(old.identity());
    Running back = ok(runtime().rollback(TARGET, release.digest())).orElseThrow();
    assertThat(back.version()).isEqualTo("1.0.0");
    assertGone(old);
    Running replaced = ok(runtime().deploy(TARGET, release));
    assertThat(replaced.previous()).contains("1.0.0");
    assertGone(back);
  }

  @Test
  void aRollbackThatACrashCutOffIsCompleted() throws Exception {
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    Running second = ok(runtime().deploy(TARGET, release(two, "2.0.0", "task-2")));
    ServiceState state = folder().read().orElseThrow();
    folder().write(state.withdrawing(state.history().getFirst(), state.current()));

    assertThat(ok(runtime().running(TARGET)).map(Running::version)).contains("2.0.0");
    Running back = ok(runtime().rollback(TARGET, second.digest())).orElseThrow();

    assertGone(second);
    assertThat(get(back)).startsWith("version 1.0.0");
  }

  @Test
  void whatWasAskedToEndByADeploymentThatWasCutOffIsStartedAgainWhenThatIsTakenBack()
      throws Exception {
    String slow = "process.on('SIGTERM', () => setTimeout(() => process.exit(0), 1000));";
    Path packed =
        new Packages(data).pack("1.0.0", Packages.ANSWERS_VERSION + slow, script("node server.js"));
    Running leaving = ok(runtime().deploy(TARGET, release(packed, "1.0.0", "task-1")));
    ServiceState state = folder().read().orElseThrow();
    Spec old = state.current().spec();
    Spec next =
        new Spec(
            "2.0.0", "sha512-two", "task-2", old.command(), old.port(), old.environment(), 30_000);
    folder().write(ServiceState.deploying(next, Optional.of(state), Optional.of(state.current())));
    assertThat(ProcessHandle.of(pid(leaving)).orElseThrow().destroy()).isTrue();

    Running back = ok(runtime().rollback(TARGET, next.digest())).orElseThrow();

    assertThat(back.identity()).isNotEqualTo(leaving.identity());
    assertGone(leaving);
    assertThat(get(back)).startsWith("version 1.0.0");
    assertThat(ok(runtime().running(TARGET))).contains(back);
  }

  @Test
  void aStopThatWasCutOffBeforeTheProcessEndedIsCarriedOn() throws Exception {
    Running first = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    ServiceState state = folder().read().orElseThrow();
    folder().write(state.stopping(state.current()));

    assertThat(ok(runtime().running(TARGET))).contains(first);
    assertThat(ok(runtime().stop(TARGET))).isTrue();

    assertGone(first);
    assertThat(ok(runtime().running(TARGET))).isEmpty();
  }

  @Test
  void aStopInTheMiddleOfADeploymentKeepsWhatRan() throws Exception {
    Running old = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    ServiceState state = folder().read().orElseThrow();
    var spec = ServiceState.Spec.of(release(two, "2.0.0", "task-2"), List.of("node", "server.js"));
    folder().write(ServiceState.deploying(spec, Optional.of(state), Optional.of(state.current())));

    assertThat(ok(runtime().stop(TARGET))).isTrue();

    assertGone(old);
    assertThat(get(ok(runtime().restart(TARGET, "task-3")))).startsWith("version 1.0.0");
  }

  @Test
  void aRestartOnAPortThatSomebodyElseTookMeanwhileIsRefused() throws Exception {
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    ok(runtime().stop(TARGET));
    try (var other = new ServerSocket(port, 5, InetAddress.getLoopbackAddress())) {
      Failure failure = failure(runtime().restart(TARGET, "task-2"));

      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
      assertThat(failure.cause()).contains(Integer.toString(other.getLocalPort()));
    }
  }

  @Test
  void whereProcessesCannotBeLookedIntoAnUnrecordedStartIsInDoubt() throws Exception {
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    forgetThatItStarted();

    Failure failure = failure(runtime(new ProcessTable(data.resolve("no-proc"))).running(TARGET));

    assertThat(failure.code()).isEqualTo(ReasonCode.EFFECT_IN_DOUBT);
  }

  @Test
  void whereProcessesCannotBeLookedIntoARecordedStartIsKnown() {
    ProcessRuntime runtime = runtime(new ProcessTable(data.resolve("no-proc")));
    Running first = ok(runtime.deploy(TARGET, release(one, "1.0.0", "task-1")));

    assertThat(ok(runtime.running(TARGET))).contains(first);
    assertThat(ok(runtime.rollback(TARGET, first.digest()))).isEmpty();
    assertGone(first);
  }

  @Test
  void aProcessThatEndsAtOnceIsAFailureWithWhatItWrote() throws Exception {
    Path broken =
        new Packages(data)
            .pack("3.0.0", "throw new Error('no \\u001b[31mdatabase');", script("node server.js"));
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    Release release = release(broken, "3.0.0", "task-3");

    Failure failure = failure(runtime().deploy(TARGET, release));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause()).contains("exit code 1").contains("Error").contains("database");
    assertThat(runtime().log(TARGET)).contains("database").doesNotContain("\u001b");
    assertThat(ok(runtime().running(TARGET))).isEmpty();
    Running back = ok(runtime().rollback(TARGET, release.digest())).orElseThrow();
    assertThat(get(back)).startsWith("version 1.0.0");
  }

  @Test
  void whatAServiceWroteIsToldWithoutSecrets() throws Exception {
    Path broken =
        new Packages(data)
            .pack("3.0.0", "throw new Error('" + SECRET + " leaked');", script("node server.js"));

    Failure failure = failure(runtime().deploy(TARGET, release(broken, "3.0.0", "task-3")));

    assertThat(failure.cause()).contains("[secret] leaked").doesNotContain(SECRET);
    assertThat(runtime().log(TARGET)).contains("[secret] leaked").doesNotContain(SECRET);
  }

  @Test
  void aReleaseThatFailedIsNothingToGoBackTo() throws Exception {
    Path broken = new Packages(data).pack("3.0.0", "process.exit(4)", script("node server.js"));
    ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
    failure(runtime().deploy(TARGET, release(broken, "3.0.0", "task-3")));

    Running second = ok(runtime().deploy(TARGET, release(two, "2.0.0", "task-2")));

    assertThat(second.previous()).contains("1.0.0");
  }

  @Test
  void aServiceThatIgnoresTheRequestToEndIsKilledWithItsChildren() throws Exception {
    String stubborn =
        "process.on('SIGTERM', () => {});\n"
            + "require('child_process').spawn(process.execPath, ['-e',"
            + " 'process.on(\"SIGTERM\", () => {}); setInterval(() => {}, 1000)'],"
            + " { detached: true });\n"
            + Packages.ANSWERS_VERSION;
    Path packed = new Packages(data).pack("4.0.0", stubborn, script("node server.js"));
    Running running = ok(runtime().deploy(TARGET, release(packed, "4.0.0", "task-4")));
    List<ProcessHandle> children =
        ProcessHandle.of(pid(running)).orElseThrow().descendants().toList();
    assertThat(children).hasSize(1);

    ok(runtime().rollback(TARGET, running.digest()));

    assertGone(running);
    await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void aPortThatSomebodyElseUsesIsReportedBeforeAnythingStops() throws Exception {
    try (var other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Running first = ok(runtime().deploy(TARGET, release(one, "1.0.0", "task-1")));
      port = other.getLocalPort();

      Failure failure = failure(runtime().deploy(TARGET, release(two, "2.0.0", "task-2")));

      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
      assertThat(failure.cause()).contains(Integer.toString(port));
      assertThat(ok(runtime().running(TARGET))).contains(first);
    }
  }

  @Test
  void bytesThatAreNotTheOnesOfTheReleaseAreRefused() {
    Release wrong = release(one, "1.0.0", "task-1", digest(two));

    assertThat(failure(runtime().deploy(TARGET, wrong)).code())
        .isEqualTo(ReasonCode.INTEGRITY_MISMATCH);
  }

  @Test
  void dependenciesAreInstalledBeforeTheReleaseStartsAndOnlyOnce() throws Exception {
    String manifest = script("node server.js") + ",\"dependencies\":{\"left\":\"1.0.0\"}";
    Path needy = new Packages(data).pack("5.0.0", Packages.ANSWERS_VERSION, manifest);

    ok(runtime().deploy(TARGET, release(needy, "5.0.0", "task-5")));
    ok(runtime().deploy(TARGET, release(needy, "5.0.0", "task-6")));

    assertThat(installed).hasSize(1);
  }

  @Test
  void aStartScriptThatNeedsAShellIsRefused() throws Exception {
    String manifest = script("node server.js && touch canary");
    Path sly = new Packages(data).pack("6.0.0", Packages.ANSWERS_VERSION, manifest);

    Failure failure = failure(runtime().deploy(TARGET, release(sly, "6.0.0", "task-6")));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.fix()).contains("command");
  }

  @Test
  void aTargetsNameNeverLeadsOutOfTheDataFolder() {
    Path services = data.resolve("services");

    for (String target : List.of("..", "../..", "a/../../b", "/etc", ".hidden", "ä\0b")) {
      assertThat(new ServiceFolder(services, target).path().getParent()).isEqualTo(services);
      assertThat(new ServiceFolder(services, target).path().normalize())
          .isEqualTo(new ServiceFolder(services, target).path());
    }
  }

  /** Leaves the state as a crash between the start and its record would. */
  private void forgetThatItStarted() throws IOException {
    ServiceState state = folder().read().orElseThrow();
    folder().write(state.started(Entry.toStart(state.current().spec())));
  }

  private ServiceFolder folder() {
    return new ServiceFolder(data.toAbsolutePath().normalize().resolve("services"), TARGET);
  }

  /** A fresh one every time: whatever it knows, it knows from the disk and the machine. */
  private ProcessRuntime runtime() {
    return runtime(new ProcessTable(Path.of("/proc")));
  }

  private ProcessRuntime runtime(ProcessTable processes) {
    DependencyInstaller installer =
        (folder, timeout) -> {
          installed.add(folder);
          return new Answer.Ok<>(true);
        };
    return new ProcessRuntime(
        new LocalPrograms(data.resolve("scratch"), PATH, Redactor.of(Map.of()), "auto"),
        data,
        installer,
        text -> text.replace(SECRET, "[secret]"),
        processes,
        QUICK,
        System::nanoTime);
  }

  private Release release(Path tarball, String version, String task) {
    return release(tarball, version, task, digest(tarball));
  }

  private Release release(Path tarball, String version, String task, String digest) {
    return new Release(
        version,
        digest,
        task,
        tarball,
        Optional.empty(),
        List.of(),
        Optional.of(port),
        Optional.empty(),
        Optional.empty(),
        Map.of("GREETING", "hello"),
        Duration.ofSeconds(30));
  }

  private static String digest(Path tarball) {
    try {
      return Packages.integrity(tarball);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String script(String start) {
    return ",\"scripts\":{\"start\":\"" + start + "\"}";
  }

  private static String get(Running running) throws IOException {
    try (var body = URI.create(running.address().orElseThrow()).toURL().openStream()) {
      return new String(body.readNBytes(1000), StandardCharsets.UTF_8);
    }
  }

  private static long pid(Running running) {
    return Long.parseLong(running.identity().substring(0, running.identity().indexOf('@')));
  }

  private static void assertGone(Running running) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessHandle.of(pid(running)).filter(ProcessHandle::isAlive).isEmpty());
  }

  private static <T> T ok(Answer<T> answer) {
    return switch (answer) {
      case Answer.Ok<T> ok -> ok.value();
      case Answer.No<T> no -> throw new AssertionError(no.failure().sentence());
    };
  }

  private static <T> Failure failure(Answer<T> answer) {
    return switch (answer) {
      case Answer.Ok<T> ok -> throw new AssertionError("unexpected " + ok);
      case Answer.No<T> no -> no.failure();
    };
  }
}
