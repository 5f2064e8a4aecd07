package dev.opsagent.operations.image;

import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.testing.MarkedImages;
import dev.opsagent.testing.RegistryServer;
import dev.opsagent.tools.docker.DockerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real engine, with BuildKit, and a real registry, and for each test a repository to build from.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ImageWalk {
  private final List<AutoCloseable> open = new ArrayList<>();
  private RegistryServer registry;
  ImageWorld world;

  @BeforeAll
  void start(@TempDir Path scratch) throws IOException {
    MarkedImages.require(scratch);
    registry = RegistryServer.start(scratch);
    open.add(registry);
    open.add(() -> MarkedImages.forget(scratch));
  }

  @AfterAll
  void end() throws Exception {
    for (AutoCloseable part : open) {
      part.close();
    }
  }

  @BeforeEach
  void make(@TempDir Path folder) {
    world = new ImageWorld(folder, registry);
    world.builder = builder(text -> text.replace("hush", "***"));
  }

  ImageBuilder builder(UnaryOperator<String> mask) {
    return new DockerBuilder(System.getenv(), mask);
  }

  @AfterEach
  void clear() {
    world.close();
  }
}
