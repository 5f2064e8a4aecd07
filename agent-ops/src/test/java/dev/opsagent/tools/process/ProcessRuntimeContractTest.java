package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.DyingPrograms;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RuntimeContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

public class ProcessRuntimeContractTest implements RuntimeContract {
  private static final Launcher.Limits QUICK =
      new Launcher.Limits(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
  private static final Map<String, Path> PACKED = new HashMap<>();
  @TempDir static Path packed;

  @TempDir protected Path data;
  private final List<PackagedService> made = new ArrayList<>();

  @BeforeAll
  static void pack() throws IOException {
    Peers.require("node", "install Node.js 20");
    Packages packages = new Packages(packed);
    for (String version : List.of("1.0.0", "2.0.0", "3.0.0")) {
      PACKED.put(
          version, packages.pack(version, Packages.ANSWERS_VERSION, ",\"main\":\"server.js\""));
    }
    PACKED.put("broken", packages.pack("9.0.0", "process.exit(4)", ",\"main\":\"server.js\""));
  }

  @AfterEach
  void endEverything() throws IOException {
    for (PackagedService one : made) {
      one.end();
    }
  }

  @Override
  public Subject subject() throws IOException {
    PackagedService service = new PackagedService("local/greeter" + made.size(), FreePort.any());
    made.add(service);
    return service;
  }

  private final class PackagedService implements Subject {
    private final String target;
    private final int port;
    private Optional<ServerSocket> other = Optional.empty();

    PackagedService(String target, int port) {
      this.target = target;
      this.port = port;
    }

    @Override
    public String target() {
      return target;
    }

    @Override
    public ServiceRuntime runtime() {
      return ProcessRuntimeContractTest.this.runtime();
    }

    @Override
    public ServiceRuntime dying(int changes) {
      return ProcessRuntimeContractTest.this.dying(changes);
    }

    @Override
    public Release release(String version, String task) throws Exception {
      return release(version, task, Optional.ofNullable(PACKED.get(version)).orElseThrow());
    }

    @Override
    public Release broken(String version, String task) throws Exception {
      return release(version, task, Optional.ofNullable(PACKED.get("broken")).orElseThrow());
    }

    private Release release(String version, String task, Path tarball) throws Exception {
      return new Release(
          version,
          Packages.integrity(tarball),
          task,
          tarball,
          Optional.empty(),
          List.of(),
          Optional.of(port),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          Duration.ofSeconds(30));
    }

    @Override
    public void obstruct() throws IOException {
      other = Optional.of(new ServerSocket(port, 5, InetAddress.getLoopbackAddress()));
    }

    @Override
    public boolean isObstructed() {
      return !other.orElseThrow().isClosed();
    }

    @Override
    public ReasonCode refusal() {
      return ReasonCode.PRECONDITION_FAILED;
    }

    @Override
    public void tamper(Running running) throws IOException {
      kill();
    }

    void end() throws IOException {
      kill();
      if (other.isPresent()) {
        other.get().close();
      }
    }

    private void kill() throws IOException {
      Path services = data.toAbsolutePath().normalize().resolve("services");
      for (String one : targets(target)) {
        String mark = "OPS_AGENT_SERVICE=" + new ServiceFolder(services, one).path();
        new ProcessTable(Path.of("/proc"))
            .tree(Optional.empty(), Set.of(mark))
            .forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** What a subject's processes may be started for. */
  protected List<String> targets(String target) {
    return List.of(target);
  }

  /** A fresh runtime. */
  protected ServiceRuntime runtime() {
    return runtime(programs());
  }

  /** One whose worker is gone after so many changes. */
  protected ServiceRuntime dying(int changes) {
    return runtime(new DyingPrograms(programs(), _ -> false, changes));
  }

  /** Programs behind the machine's wall. */
  protected Programs programs() {
    return new LocalPrograms(
        data.resolve("scratch"), Peers.searchPath(), Redactor.of(Map.of()), "auto");
  }

  private ServiceRuntime runtime(Programs programs) {
    return new ProcessRuntime(
        programs,
        data,
        (folder, timeout) -> new Answer.Ok<>(true),
        UnaryOperator.identity(),
        new ProcessTable(Path.of("/proc")),
        QUICK,
        System::nanoTime);
  }
}
