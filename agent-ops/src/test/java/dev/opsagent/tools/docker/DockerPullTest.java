package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Images.Pinned;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.RegistryServer;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerPullTest {
  @TempDir Path scratch;
  private TestingEngine engine = new TestingEngine(Path.of(""));
  private @Nullable RegistryServer registry;
  private String name = "";

  @BeforeEach
  void startRegistry() throws IOException {
    engine = new TestingEngine(scratch);
    engine.require();
    registry = RegistryServer.start(scratch);
    name = registry.host() + "/web";
  }

  @AfterEach
  void endRegistry() {
    if (registry != null) {
      registry.close();
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

  private static DockerImages images() {
    return new DockerImages(System.getenv());
  }
}
