package dev.opsagent.operations.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.docker.DockerBuilder;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The same with the builder of engines that have no BuildKit. */
final class ClassicImageWalkTest extends ImageWalkTest {
  @Override
  ImageBuilder builder(UnaryOperator<String> mask) {
    return DockerBuilder.classic(System.getenv(), mask);
  }

  @Test
  @Override
  void aStepMayKeepACacheBetweenBuilds() {
    world.commit(Map.of(), "RUN --mount=type=cache,target=/cache [\"/bin/busybox\"]");

    Failure failure = world.built("t1", "1").run().orElseThrow();

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_FAILED);
    assertThat(failure.cause()).contains("BuildKit");
  }
}
