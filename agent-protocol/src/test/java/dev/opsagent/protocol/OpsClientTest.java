package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client says when there is no broker; with one it is tested where a broker runs. */
@Timeout(60)
class OpsClientTest {
  private static final Map<String, String> NOBODY = Map.of("bootstrap.servers", "127.0.0.1:1");
  private static final Target TARGET = new Target("local", "web");

  private static OpsClient client() {
    ClientSettings settings =
        new ClientSettings(
            "/test",
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z")),
            () -> "e-1",
            Optional.empty());
    return new OpsClient(NOBODY, Topics.DEFAULT, settings);
  }

  @Test
  void withoutABrokerEveryCallFailsInTimeAndSaysWhatToDo() {
    try (OpsClient client = client()) {
      unreachable(() -> client.dispatch(dispatch()).toCompletableFuture().join());
      unreachable(() ->
          client
              .control(new TaskCancel("t-1", TARGET, "ada", "wrong branch"))
              .toCompletableFuture()
              .join());
      unreachable(() -> client.await("t-1", Duration.ofSeconds(1)));
      unreachable(() -> client.readAll("ops.audit", Optional.empty(), _ -> {}));
      unreachable(() -> client.stream(Optional.empty(), StartAt.now(), _ -> {}));
    }
  }

  @Test
  void propertiesThatKafkaRefusesAreNamed() {
    assertThatThrownBy(() -> new OpsClient(Map.of(), Topics.DEFAULT))
        .isInstanceOf(ClientMisconfigured.class)
        .hasMessageContaining("bootstrap.servers");
  }

  @Test
  void aTaskThatDoesNotEndInTimeNamesItsLastState() {
    NoReportInTime failure = new NoReportInTime("t-1", Duration.ofMinutes(1), Optional.empty());

    assertThat(failure.failure().code()).isEqualTo(ReasonCode.TIMEOUT);
    assertThat(failure).hasMessageContaining("await task t-1").hasMessageContaining("PT1M");
    assertThat(failure.last()).isEmpty();
  }

  private static TaskDispatch dispatch() {
    return (TaskDispatch)
        EventCodec.message(
            MessageType.TASK_DISPATCH,
            Json.readTree(
                Examples.content(
                    Examples.SCHEMAS.resolve("examples/good/task.dispatch/minimal.json"))));
  }

  private static void unreachable(ThrowingCallable call) {
    Throwable thrown = catchThrowableOfType(RuntimeException.class, call);
    Throwable failure = thrown instanceof CompletionException ? thrown.getCause() : thrown;

    assertThat(failure).isInstanceOf(BrokerUnreachable.class);
    Failure said = ((BrokerUnreachable) failure).failure();
    assertThat(said.code()).isEqualTo(ReasonCode.UNREACHABLE);
    assertThat(said.retryable()).isTrue();
    assertThat(said.action()).isNotBlank();
    assertThat(said.fix()).contains("bootstrap.servers");
  }
}
