package dev.opsagent;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.console.Metrics;
import dev.opsagent.execution.Operation;
import dev.opsagent.kafka.Bus;
import dev.opsagent.protocol.Failure;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker, put together: configuration to adapters to operations to engine to bus. Started from
 * top to bottom, stopped in reverse.
 */
public final class OpsAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpsAgent.class);

  private final Deque<AutoCloseable> running;
  private final Bus bus;
  private final InetSocketAddress http;

  OpsAgent(Deque<AutoCloseable> running, Bus bus, InetSocketAddress http) {
    this.running = running;
    this.bus = bus;
    this.http = http;
  }

  /** The worker cannot start; says why and what to do. */
  public static final class CannotStart extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Failure> failures;

    CannotStart(List<Failure> failures) {
      super(String.join("; ", failures.stream().map(Failure::sentence).toList()));
      this.failures = List.copyOf(failures);
    }

    public List<Failure> failures() {
      return failures;
    }
  }

  /**
   * Starts a worker; it takes tasks once it is {@link #ready()}.
   *
   * @param environment the process's environment
   * @param metrics told what happens
   * @throws CannotStart when topics, brokers or folders are not as they must be
   */
  public static OpsAgent start(
      Configuration configuration, Map<String, String> environment, Metrics metrics)
      throws CannotStart, InterruptedException {
    return start(configuration, environment, metrics, Optional.empty());
  }

  /**
   * Starts a worker whose catalogue is the caller's, for measurements and fault tests; everything
   * else is as in {@link #start}.
   *
   * @param operations by name
   */
  public static OpsAgent rehearse(
      Configuration configuration, Metrics metrics, Map<String, Operation> operations)
      throws CannotStart, InterruptedException {
    return start(configuration, Map.of(), metrics, Optional.of(Map.copyOf(operations)));
  }

  private static OpsAgent start(
      Configuration configuration,
      Map<String, String> environment,
      Metrics metrics,
      Optional<Map<String, Operation>> operations)
      throws CannotStart, InterruptedException {
    Deque<AutoCloseable> running = new ArrayDeque<>();
    try {
      return new Assembly(configuration, environment, metrics, operations, running).start();
    } catch (CannotStart | InterruptedException | RuntimeException e) {
      stop(running);
      throw e;
    }
  }

  /** Whether every partition that the group has given to this worker takes records. */
  public boolean ready() {
    return bus.ready();
  }

  /** Where health and metrics are served. */
  public InetSocketAddress http() {
    return http;
  }

  /** Hands everything over and stops, in reverse order of the start. */
  @Override
  public void close() {
    stop(running);
  }

  private static void stop(Deque<AutoCloseable> running) {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("could not stop everything", e);
      }
    }
  }
}
