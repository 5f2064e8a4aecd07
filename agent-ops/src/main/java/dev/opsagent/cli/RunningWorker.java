package dev.opsagent.cli;

import dev.opsagent.OpsAgent;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.console.Metrics;
import dev.opsagent.protocol.Failure;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** A worker inside this process. */
final class RunningWorker implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(10);

  private final OpsAgent agent;

  private RunningWorker(OpsAgent agent) {
    this.agent = agent;
  }

  /** Starts it; throws {@link CommandFailed} when topics, brokers or folders refuse it. */
  static RunningWorker start(Configuration configuration, Map<String, String> environment)
      throws InterruptedException {
    try {
      return new RunningWorker(OpsAgent.start(configuration, environment, new Metrics()));
    } catch (OpsAgent.CannotStart refused) {
      throw told(refused);
    }
  }

  private static CommandFailed told(OpsAgent.CannotStart refused) {
    Failure first = refused.failures().getFirst();
    String cause =
        refused.failures().stream().map(Failure::sentence).collect(Collectors.joining("\n"));
    ExitCode code =
        switch (first.code()) {
          case UNREACHABLE -> ExitCode.NO_BROKER;
          case CONFIGURATION -> ExitCode.USAGE;
          default -> ExitCode.FAILED;
        };
    return new CommandFailed(
        code,
        new Failure(
            first.code(),
            refused.failures().size() == 1 ? first.action() : "start the worker",
            refused.failures().size() == 1 ? first.cause() : cause,
            first.fix(),
            first.retryable()));
  }

  /** Waits until it takes tasks; false when the time is up. */
  boolean awaitReady(Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (!agent.ready()) {
      if (System.nanoTime() - until > 0) {
        return false;
      }
      Thread.sleep(POLL);
    }
    return true;
  }

  /** {@code HOST:PORT} of health and metrics. */
  String http() {
    InetSocketAddress address = agent.http();
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  @Override
  public void close() {
    agent.close();
  }
}
