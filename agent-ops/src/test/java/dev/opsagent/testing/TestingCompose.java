package dev.opsagent.testing;

import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.Programs;
import dev.opsagent.tools.compose.ComposeRuntime;
import dev.opsagent.tools.docker.DockerMeter;
import java.nio.file.Path;
import java.util.Map;

/** The runtime of Compose projects on a real engine, put together as the worker does it. */
public final class TestingCompose {
  private TestingCompose() {}

  /** On the engine that this process's environment leads to. */
  public static ComposeRuntime runtime(Programs programs, Path data) {
    return runtime(programs, data, System.getenv());
  }

  /**
   * On another engine.
   *
   * @param engine variables that lead to it
   */
  public static ComposeRuntime runtime(Programs programs, Path data, Map<String, String> engine) {
    return runtime(programs, data, ContainerEngines.only(engine));
  }

  /** On the engine of each target. */
  public static ComposeRuntime runtime(Programs programs, Path data, ContainerEngines engines) {
    return new ComposeRuntime(programs, data, engines, new DockerMeter(engines), new RealTimers());
  }
}
