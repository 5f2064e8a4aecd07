package dev.opsagent.operations.deploy;

import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a task's {@code requirements.scaling} demands of the service that it deploys: the same as
 * the parameters of these names.
 *
 * @param replicas 1 to 100
 * @param cpus processors of each replica
 * @param memory bytes of each replica
 */
record Scaling(Optional<Integer> replicas, Optional<Double> cpus, Optional<Long> memory) {
  private static final int MOST_REPLICAS = 100;
  private static final double LEAST_CPUS = 0.01;
  private static final double MOST_CPUS = 1024;
  private static final long LEAST_MEMORY = 6L << 20;
  private static final long MOST_MEMORY = 1L << 40;

  /**
   * Reads it.
   *
   * @return empty when the task demands nothing
   * @throws InvalidMessage when it is something else than these fields
   */
  static Optional<Scaling> of(TaskDispatch task) {
    return task.requirements().scaling().map(it -> Json.bind(it, Scaling.class));
  }

  /** Which field is out of its bounds, or said otherwise in the parameters. */
  Optional<String> fault(DeployParameters said) {
    return Stream.of(
            fault("replicas", replicas, said.replicas(), 1, MOST_REPLICAS),
            fault("cpus", cpus, said.cpus(), LEAST_CPUS, MOST_CPUS),
            fault("memory", memory, said.memory(), LEAST_MEMORY, MOST_MEMORY))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static <N extends Number> Optional<String> fault(
      String field, Optional<N> demanded, Optional<N> said, double least, double most) {
    if (demanded.filter(it -> it.doubleValue() < least || it.doubleValue() > most).isPresent()) {
      return Optional.of(field + " is out of its bounds");
    }
    return demanded.isPresent() && said.isPresent() && !Objects.equals(demanded, said)
        ? Optional.of(field + " is said otherwise in the parameters")
        : Optional.empty();
  }
}
