package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.bench.ComposeProject;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.StackImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The worker's image, as an engine runs it. */
@Tag("image")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WorkerImageTest {
  private static final String IMAGE = "ops-agent/worker:test";
  private static final Path PROFILE = StackImages.ROOT.resolve("deploy/seccomp/ops-agent.json");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private ComposeProject engine;

  @BeforeAll
  void build(@TempDir Path folder) throws Exception {
    StackImages.require(folder);
    engine = StackImages.project("ops-agent-image", folder);
    engine.docker(
        "build",
        "--quiet",
        "--target",
        "worker",
        "--tag",
        IMAGE,
        StackImages.ROOT.resolve("agent-ops").toString());
  }

  @Test
  void hasNoShellNoRootAndAHealthCheck() throws Exception {
    JsonNode made =
        Json.readTree(
                engine.docker("inspect", IMAGE).getBytes(java.nio.charset.StandardCharsets.UTF_8))
            .path(0)
            .path("Config");

    assertThat(made.path("User").asString()).isEqualTo("65532:65532");
    assertThat(made.path("Healthcheck").path("Test")).isNotEmpty();
    assertThat(made.path("Labels").propertyNames())
        .contains(
            "org.opencontainers.image.title",
            "org.opencontainers.image.version",
            "org.opencontainers.image.revision",
            "org.opencontainers.image.licenses");
    assertThatThrownBy(() -> engine.docker("run", "--rm", "--entrypoint", "sh", IMAGE))
        .hasMessageContaining("executable file not found");
  }

  @Test
  void carriesTheBillOfItsMaterials(@TempDir Path folder) throws Exception {
    String container = engine.docker("create", IMAGE);
    try {
      Path bill = folder.resolve("sbom.json");
      engine.docker("cp", container + ":/opt/ops-agent/sbom.json", bill.toString());
      engine.docker("cp", container + ":/opt/ops-agent/lib", folder.resolve("lib").toString());

      List<String> listed = new ArrayList<>();
      JsonNode components = Json.readTree(Files.readAllBytes(bill)).path("components");
      components.forEach(it ->
          listed.add(it.path("name").asString() + "-" + it.path("version").asString() + ".jar"));
      try (var jars = Files.list(folder.resolve("lib"))) {
        assertThat(listed)
            .containsAll(
                jars.map(it -> it.getFileName().toString())
                    .filter(it -> !it.startsWith("agent-ops-"))
                    .toList());
      }
    } finally {
      engine.docker("rm", container);
    }
  }

  /** What the README says of walls inside a container. */
  @ParameterizedTest
  @CsvSource({
    "'', landlock",
    "'seccomp=unconfined', landlock",
    "'seccomp=PROFILE', landlock",
    "'seccomp=PROFILE systempaths=unconfined', bubblewrap",
  })
  void theWallInsideIsTheStrongestThatTheContainerAllows(String options, String level)
      throws Exception {
    List<String> command = started("--rm", "--security-opt", "no-new-privileges");
    for (String option : options.split(" ", -1)) {
      if (!option.isEmpty()) {
        command.addAll(List.of("--security-opt", option.replace("PROFILE", PROFILE.toString())));
      }
    }
    command.addAll(List.of(IMAGE, "doctor"));

    assertThat(engine.docker(new byte[0], command))
        .containsPattern("(?m)^. found +wall +" + level + "\\b");
  }

  @Test
  void theProfileAllowsWhatBubblewrapNeedsAndNothingThatChangesTheMachine() throws Exception {
    JsonNode profile = Json.readTree(Files.readAllBytes(PROFILE));
    Set<String> allowed = new HashSet<>();
    profile
        .path("syscalls")
        .valueStream()
        .filter(rule -> rule.path("action").asString().equals("SCMP_ACT_ALLOW"))
        .forEach(rule -> rule.path("names").forEach(name -> allowed.add(name.asString())));

    assertThat(profile.path("defaultAction").asString()).isEqualTo("SCMP_ACT_ERRNO");
    assertThat(allowed)
        .contains("clone", "mount", "pivot_root", "umount2", "unshare", "landlock_restrict_self")
        .doesNotContain(
            "bpf",
            "init_module",
            "io_uring_setup",
            "kexec_load",
            "keyctl",
            "ptrace",
            "reboot",
            "setns",
            "settimeofday",
            "swapon",
            "userfaultfd");
  }

  @Test
  void loadsItsNativeLibrariesFromTheImage() throws Exception {
    List<String> command =
        started(
            "--rm",
            "--volume",
            StackImages.ROOT.resolve("agent-ops/target/test-classes") + ":/classes:ro",
            "--entrypoint",
            "/opt/ops-agent/java/bin/java");
    command.addAll(
        List.of(
            IMAGE,
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.library.path=/opt/ops-agent/native",
            "-Djna.boot.library.path=/opt/ops-agent/native",
            "-Djna.nounpack=true",
            "-Dorg.xerial.snappy.use.systemlib=true",
            "-cp",
            "/opt/ops-agent/lib/*:/classes",
            Codecs.class.getName()));

    assertThat(engine.docker(new byte[0], command).lines())
        .containsExactly("none", "gzip", "snappy", "lz4", "zstd", "pointers of 8 bytes");
  }

  @Test
  void startsOnTheAddressOfItsBrokersAlone(@TempDir Path folder) throws Exception {
    String name = "ops-agent-image-" + ProcessHandle.current().pid();
    ComposeProject stack = StackImages.project(name, folder);
    stack.set("OPS_AGENT_KAFKA_PORT", Integer.toString(LocalPorts.free()));
    try {
      stack.compose("up", "--detach", "--wait", "kafka");
      List<String> command = started("--detach", "--network", name + "_default");
      command.addAll(List.of("--env", "KAFKA_BOOTSTRAP_SERVERS=kafka:19092", IMAGE));
      String worker = engine.docker(new byte[0], command);
      try {
        Awaitility.await("the worker is healthy")
            .atMost(PATIENCE)
            .pollInterval(Duration.ofSeconds(1))
            .until(() -> state(worker, "Health.Status").equals("healthy"));
        engine.docker("stop", worker);
        assertThat(state(worker, "ExitCode")).isEqualTo("0");
      } finally {
        engine.docker("rm", "--force", "--volumes", worker);
      }
    } finally {
      stack.remove();
    }
  }

  private String state(String container, String field) throws Exception {
    return engine.docker("inspect", "--format", "{{.State." + field + "}}", container);
  }

  /** With a root that nobody writes to, and no rights. */
  private static List<String> started(String... more) {
    List<String> command =
        new ArrayList<>(
            List.of("run", "--read-only", "--init", "--cap-drop", "ALL", "--tmpfs", "/tmp"));
    command.addAll(List.of(more));
    return command;
  }
}
