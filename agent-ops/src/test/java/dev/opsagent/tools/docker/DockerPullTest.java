package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.Images.Pinned;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RuntimeContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerPullTest {
  @TempDir Path scratch;
  private TestingEngine engine = new TestingEngine(Path.of(""));
  private ProcessHandle registry = ProcessHandle.current();
  private String name = "";

  @BeforeEach
  void startRegistry() throws IOException {
    Path program = Peers.require("docker-registry", "run .ci/install-packages");
    engine = new TestingEngine(scratch);
    engine.require();
    int port = RuntimeContract.freePort();
    name = "127.0.0.1:" + port + "/web";
    Path settings = scratch.resolve("registry.yml");
    Files.writeString(
        settings,
        """
        version: 0.1
        storage: {filesystem: {rootdirectory: %s}}
        http: {addr: "127.0.0.1:%d"}
        """
            .formatted(scratch.resolve("images"), port));
    registry =
        new ProcessBuilder(program.toString(), "serve", settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("registry.log").toFile())
            .start()
            .toHandle();
    await().atMost(Duration.ofSeconds(20)).until(() -> listens(port));
  }

  @AfterEach
  void endRegistry() {
    if (!registry.equals(ProcessHandle.current())) {
      registry.destroy();
      engine.removeImages();
    }
  }

  @Test
  void anImageThatTheEngineLacksIsPulledAndNamedByItsDigest() throws Exception {
    engine.docker("tag", engine.build("LABEL pulled=true"), name + ":1");
    engine.docker("push", "--quiet", name + ":1");
    engine.removeImages();

    Pinned pinned = ok(images().pin(name + ":1"));

    assertThat(pinned.reference()).isEqualTo(name + "@" + pinned.digest());
    engine.docker("image", "rm", "--force", engine.inspect(pinned.reference(), "{{.Id}}"));
    assertThat(ok(images().pin(pinned.reference()))).isEqualTo(pinned);
    engine.docker("image", "rm", pinned.reference());
  }

  @Test
  void aTagThatTheRegistryDoesNotHaveIsNoImage() {
    Failure failure = no(images().pin(name + ":2"));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.action()).isEqualTo("pull the image " + name + ":2");
    assertThat(failure.cause()).contains("not found");
    assertThat(failure.fix()).isEqualTo("see whether the registry has the image");
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static DockerImages images() {
    return new DockerImages(System.getenv());
  }
}
