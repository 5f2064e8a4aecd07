package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Health;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;

/**
 * The parameters of {@code rollback}, {@code restart}, {@code scale} and {@code stop}.
 *
 * @param runtime where the service runs; absent: wherever it is found
 * @param replicas how many of it are to run; of {@code scale} only
 * @param composeService which service of a Compose project; of {@code scale} only
 * @param health how it proves that it serves afterwards; absent: its port takes connections
 */
record ServiceParameters(
    Optional<String> runtime,
    Optional<Integer> replicas,
    Optional<String> composeService,
    Optional<Health> health) {
  /**
   * Reads the parameters of a task.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when they are not as the schema says
   */
  static ServiceParameters of(TaskDispatch task) {
    return Json.bind(task.parameters(), ServiceParameters.class);
  }

  /** How many there are to be of what the task is about. */
  int count(Running running) {
    return composeService
        .flatMap(it -> Optional.ofNullable(running.services().get(it)))
        .map(Replicas::wanted)
        .orElseGet(running::wanted);
  }

  Health proof() {
    return health.orElse(Health.DEFAULT);
  }
}
