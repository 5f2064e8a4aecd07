package dev.opsagent.operations.deploy;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.operations.Health;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;

/**
 * The parameters of {@code infrastructure.drift}.
 *
 * @param runtime where the service runs; absent: where it was deployed last
 * @param wantsHealing whether what is otherwise is brought back
 * @param health how it proves that it serves after that; absent: its port takes connections
 */
record DriftParameters(
    Optional<String> runtime,
    @JsonProperty("heal") Optional<Boolean> wantsHealing,
    Optional<Health> health) {
  /**
   * Reads the parameters of a task.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when they are not as the schema says
   */
  static DriftParameters of(TaskDispatch task) {
    return Json.bind(task.parameters(), DriftParameters.class);
  }

  boolean heals() {
    return wantsHealing.orElse(false);
  }

  Health proof() {
    return health.orElse(Health.DEFAULT);
  }
}
