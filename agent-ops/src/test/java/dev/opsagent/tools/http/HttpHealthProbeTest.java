package dev.opsagent.tools.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.HealthProbe.JsonField;
import dev.opsagent.outside.HealthProbe.Page;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpHealthProbeTest {
  private static final Duration SECONDS = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static final String JSON =
      """
      {"status": "UP", "nothing": null, "parts": [{"ready": true, "open": 3}]}\
      """;
  private static final Page ANY = new Page(200, Optional.empty(), Optional.empty());

  private final HttpHealthProbe probe = new HttpHealthProbe();
  private final AtomicInteger elsewhere = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  HttpHealthProbeTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void serve() {
    server.setExecutor(threads);
    server.createContext("/ok", exchange -> answer(exchange, 200, "version 1.2.3 serves"));
    server.createContext("/json", exchange -> answer(exchange, 200, JSON));
    server.createContext("/cut", exchange -> answer(exchange, 200, JSON.substring(1)));
    server.createContext("/broken", exchange -> answer(exchange, 500, "no \u001b[31mdatabase\r\n"));
    server.createContext("/elsewhere", exchange -> elsewhere.incrementAndGet());
    server.createContext("/moved", this::redirect);
    server.createContext("/silent", exchange -> waitForTheEnd());
    server.createContext("/endless", this::endless);
    server.createContext("/trickle", this::trickle);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
    probe.close();
  }

  @Test
  void aServiceThatAnswersAsExpectedIsHealthy() {
    assertThat(get("/ok", 200, "1.2.3")).isEqualTo(new Answer.Ok<>(true));
  }

  @Test
  void anotherStatusIsReportedWithWhatCameBack() {
    Failure failure = failure(get("/broken", 200, "1.2.3"));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.cause()).contains("status 500").contains("database").contains("status 200");
    assertThat(failure.cause()).doesNotContain("\u001b").doesNotContain("\n");
  }

  @Test
  void anotherBodyIsReportedWithWhatCameBack() {
    Failure failure = failure(get("/ok", 200, "2.0.0"));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause()).contains("version 1.2.3 serves");
  }

  @ParameterizedTest
  @CsvSource({
    "/status, UP, true",
    "/status, up, false",
    "/parts/0/ready, true, true",
    "/parts/0/open, 3, true",
    "/parts, x, false",
    "/parts/1/ready, true, false",
    "/nothing, null, false"
  })
  void aFieldOfTheBodyMustBeAsExpected(String pointer, String value, boolean healthy) {
    assertThat(says("/json", pointer, value) instanceof Answer.Ok).isEqualTo(healthy);
  }

  @Test
  void whatIsNoJsonSaysNothing() {
    assertThat(failure(says("/ok", "/status", "UP")).cause()).contains("version 1.2.3 serves");
    assertThat(failure(says("/cut", "/status", "UP")).code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure(says("/endless", "/status", "UP")).code()).isEqualTo(ReasonCode.UNHEALTHY);
  }

  private Answer<Boolean> says(String path, String pointer, String value) {
    Page page = new Page(200, Optional.empty(), Optional.of(new JsonField(pointer, value)));
    return probe.http(at(path), page, SECONDS);
  }

  @Test
  void aRedirectIsAnAnswerAndIsNotFollowed() {
    assertThat(failure(get("/moved", 200, "")).cause()).contains("status 302");
    assertThat(get("/moved", 302, "")).isEqualTo(new Answer.Ok<>(true));
    assertThat(elsewhere).hasValue(0);
  }

  @Test
  void aServiceThatNeverAnswersTimesOut() {
    Failure failure = failure(probe.http(at("/silent"), ANY, SHORT));

    assertThat(failure.code()).isEqualTo(ReasonCode.TIMEOUT);
    assertThat(failure.cause()).contains("300 ms");
  }

  @Test
  void aBodyThatTricklesInTimesOut() {
    assertThat(failure(probe.http(at("/trickle"), ANY, SHORT)).code())
        .isEqualTo(ReasonCode.TIMEOUT);
  }

  @Test
  void ofAnEndlessBodyOnlyTheBeginningIsRead() {
    assertThat(get("/endless", 200, "xxxx")).isEqualTo(new Answer.Ok<>(true));
    assertThat(failure(get("/endless", 200, "the end")).code()).isEqualTo(ReasonCode.UNHEALTHY);
  }

  @Test
  void nobodyListeningIsUnreachable() throws IOException {
    int free = FreePort.any();

    assertThat(failure(probe.tcp("127.0.0.1", free, SECONDS)).code())
        .isEqualTo(ReasonCode.UNREACHABLE);
    URI nobody = URI.create("http://127.0.0.1:" + free + "/");
    assertThat(failure(probe.http(nobody, ANY, SECONDS)).code()).isEqualTo(ReasonCode.UNREACHABLE);
  }

  @Test
  void aPortThatAcceptsIsHealthy() {
    assertThat(probe.tcp("127.0.0.1", server.getAddress().getPort(), SECONDS))
        .isEqualTo(new Answer.Ok<>(true));
  }

  @Test
  void anUnknownHostIsUnreachable() {
    assertThat(failure(probe.tcp("no-such-host.invalid", 80, SECONDS)).code())
        .isEqualTo(ReasonCode.UNREACHABLE);
  }

  @Test
  void anAddressThatIsNoWebAddressIsRefused() {
    URI file = URI.create("file:///etc/hostname");
    URI password = URI.create("http://me:secret@127.0.0.1/");

    assertThat(failure(probe.http(file, ANY, SECONDS)).code())
        .isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure(probe.http(password, ANY, SECONDS)).sentence()).doesNotContain("secret");
    assertThat(failure(probe.tcp("127.0.0.1", 70_000, SECONDS)).code())
        .isEqualTo(ReasonCode.INVALID_PARAMETERS);
  }

  private Answer<Boolean> get(String path, int status, String contains) {
    return probe.http(at(path), new Page(status, Optional.of(contains), Optional.empty()), SECONDS);
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private static Failure failure(Answer<Boolean> answer) {
    return switch (answer) {
      case Answer.Ok<Boolean> ok -> throw new AssertionError("unexpected " + ok);
      case Answer.No<Boolean> no -> no.failure();
    };
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void redirect(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Location", at("/elsewhere").toString());
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  private void endless(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    byte[] block = "x".repeat(8192).getBytes(StandardCharsets.UTF_8);
    while (end.getCount() > 0) {
      exchange.getResponseBody().write(block);
    }
  }

  private void trickle(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write('x');
    exchange.getResponseBody().flush();
    waitForTheEnd();
  }

  private void waitForTheEnd() {
    try {
      end.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
