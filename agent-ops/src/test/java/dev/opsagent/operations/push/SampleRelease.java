package dev.opsagent.operations.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A release of {@code sample} from 1.0.0 to 1.0.1 by {@code task-1}, for tests of single steps. */
final class SampleRelease {
  private SampleRelease() {}

  /**
   * @param previous what the dist-tag named before
   * @param produced facts of the steps before
   */
  static StepContext context(Optional<String> previous, Map<String, String> produced) {
    TaskDispatch task =
        new TaskDispatch(
            "task-1",
            "push",
            new Target("local", "sample"),
            Optional.empty(),
            (ObjectNode) Json.readTree("{\"bump\":\"patch\"}".getBytes(UTF_8)),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty());
    Facts facts = observations(previous).facts().with(Facts.of(produced));
    return new StepContext(task, facts, Optional.empty(), () -> {}, _ -> {}, Duration.ofMinutes(5));
  }

  private static Observations observations(Optional<String> previous) {
    return new Observations(
        "/remote.git",
        "main",
        "0".repeat(40),
        "sample",
        "1.0.0",
        "1.0.1",
        List.of("package.json"),
        List.of(),
        false,
        Optional.empty(),
        previous,
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH);
  }
}
