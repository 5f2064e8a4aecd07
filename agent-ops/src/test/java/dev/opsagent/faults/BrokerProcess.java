package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A Kafka broker in a process of its own. It comes back on the same data and the same ports. */
public final class BrokerProcess implements AutoCloseable {
  private final Path properties;
  private final Path output;
  private Optional<WorkerProcess> process = Optional.empty();
  private int starts;

  /**
   * @param properties of the broker, whose data folder is formatted
   * @param output the folder for what it says
   */
  BrokerProcess(Path properties, Path output) {
    this.properties = properties;
    this.output = output;
  }

  /** Starts it; returns before it serves. */
  public void start() {
    assertThat(process.filter(WorkerProcess::isAlive)).as("a broker that runs").isEmpty();
    WorkerProcess.Command command =
        new WorkerProcess.Command(
            List.of(), Map.of(), List.of("kafka.Kafka", properties.toString()));
    process = Optional.of(WorkerProcess.start(command, output, ++starts));
  }

  /** SIGKILL. */
  public void kill() {
    process.ifPresent(WorkerProcess::kill);
  }

  /** SIGTERM: it hands its leadership over and ends in peace. */
  public void stop() {
    process.ifPresent(WorkerProcess::close);
  }

  /** SIGSTOP: its connections stay open and nothing answers. */
  public void pause() {
    process.ifPresent(WorkerProcess::pause);
  }

  /** SIGCONT. */
  public void goOn() {
    process.ifPresent(WorkerProcess::goOn);
  }

  /** A test's end: its data are no longer wanted. */
  @Override
  public void close() {
    process.filter(WorkerProcess::isAlive).ifPresent(WorkerProcess::kill);
  }
}
