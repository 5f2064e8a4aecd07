package dev.opsagent.operations.image;

import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.tools.docker.DockerBuilder;
import java.util.function.UnaryOperator;

/** The same with the builder of engines that have no BuildKit. */
final class ClassicImageLeftoversTest extends ImageLeftoversTest {
  @Override
  ImageBuilder builder(UnaryOperator<String> mask) {
    return DockerBuilder.classic(System.getenv(), mask);
  }

  @Override
  String begins(int line) {
    return "Step " + (line + 3) + "/";
  }

  @Override
  String exit(int code) {
    return "returned a non-zero code: " + code;
  }
}
