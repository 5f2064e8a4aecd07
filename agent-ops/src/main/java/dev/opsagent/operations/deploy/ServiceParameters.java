package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Health;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;

/**
 * The parameters of {@code rollback}, {@code restart}, {@code scale} and {@code stop}.
 *
 * @param runtime where the service runs; absent: wherever it is found
 * @param replicas how many of it are to run; of {@code scale} only
 * @param health how it proves that it serves afterwards; absent: its port takes connections
 */
record ServiceParameters(
    Optional<String> runtime, Optional<Integer> replicas, Optional<Health> health) {
  /**
   * Reads the parameters of a task.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when they are not as the schema says
   */
  static ServiceParameters of(TaskDispatch task) {
    return Json.bind(task.parameters(), ServiceParameters.class);
  }

  Health proof() {
    return health.orElse(Health.DEFAULT);
  }
}
