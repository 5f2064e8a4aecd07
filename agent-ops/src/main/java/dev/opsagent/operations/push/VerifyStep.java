package dev.opsagent.operations.push;

import static dev.opsagent.operations.push.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.push.PushParameters.Health;
import dev.opsagent.operations.push.PushParameters.Http;
import dev.opsagent.operations.push.PushParameters.Tcp;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Asks the deployed release whether it serves, until it does or the time is over. */
record VerifyStep(Deployment deployment, HealthProbe probe, Health health, Pace pace)
    implements PushStep {
  private static final Duration LONGEST_TRY = Duration.ofSeconds(10);

  @Override
  public Outcome apply(StepContext context) throws Stopped, InterruptedException {
    long end = pace.nanoTime() + limit(context).toNanos();
    String cause = "it was never asked";
    for (int attempt = 1; attempt <= health.attempts(); attempt++) {
      long left = end - pace.nanoTime();
      if (left <= 0) {
        break;
      }
      Look look = look(context, shorter(Duration.ofNanos(left), LONGEST_TRY));
      switch (look) {
        case Look.Serves(Running running) -> {
          return new Outcome.Applied(Facts.NONE, List.of(deployment.status(running, true)));
        }
        case Look.Silent(String why) -> cause = why;
      }
      if (attempt < health.attempts()) {
        long pause = Math.min(health.interval().toNanos(), end - pace.nanoTime());
        pace.await(Duration.ofNanos(Math.max(0, pause)));
      }
    }
    return new Outcome.Failed(unhealthy(context, cause));
  }

  private Duration limit(StepContext context) {
    return shorter(health.deadline(), context.timeout());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** What one try saw: the release itself must run, since an older one may hold the port. */
  private sealed interface Look {
    record Serves(Running running) implements Look {}

    record Silent(String why) implements Look {}
  }

  private Look look(StepContext context, Duration timeout) throws Stopped {
    Optional<String> sick = ask(context.facts(), timeout);
    if (sick.isPresent()) {
      return new Look.Silent(sick.get());
    }
    return unlessOk(deployment.runtime().running(Deployment.target(context)))
        .filter(running -> deployment.isOurs(running, context))
        .<Look>map(Look.Serves::new)
        .orElseGet(() -> new Look.Silent("something answers, but the release does not run"));
  }

  /** Why it does not serve; empty when every declared probe passed. */
  private Optional<String> ask(Facts facts, Duration timeout) {
    URI address = URI.create(facts.find(Deployment.ADDRESS).orElse("http://127.0.0.1"));
    Optional<String> http = health.http().flatMap(wanted -> sick(ask(address, wanted, timeout)));
    boolean connect = health.tcp().isPresent() || health.http().isEmpty();
    if (http.isPresent() || !connect) {
      return http;
    }
    int port =
        health
            .tcp()
            .flatMap(Tcp::at)
            .or(() -> deployment.parameters().port())
            .orElse(port(address));
    return sick(probe.tcp(host(address), port, timeout));
  }

  private Answer<Boolean> ask(URI address, Http wanted, Duration timeout) {
    return probe.http(
        address.resolve(wanted.path()), wanted.status(), wanted.bodyContains(), timeout);
  }

  private static String host(URI address) {
    return Optional.ofNullable(address.getHost()).orElse("127.0.0.1");
  }

  private static int port(URI address) {
    return address.getPort() < 0 ? 80 : address.getPort();
  }

  private static Optional<String> sick(Answer<Boolean> answer) {
    return switch (answer) {
      case Answer.Ok<Boolean>(Boolean serves) ->
          serves ? Optional.empty() : Optional.of("it answers, but not as a healthy service does");
      case Answer.No<Boolean>(Failure failure) -> Optional.of(failure.cause());
    };
  }

  private Failure unhealthy(StepContext context, String cause) {
    String target = Deployment.target(context);
    return Failure.of(
        ReasonCode.UNHEALTHY,
        "verify the health of %s on %s"
            .formatted(Observations.of(context.facts()).coordinates(), target),
        Lines.printable(cause) + deployment.said(context),
        "see the service's log");
  }
}
