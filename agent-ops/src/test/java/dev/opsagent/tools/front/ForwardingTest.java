package dev.opsagent.tools.front;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.opsagent.testing.FreePort;
import dev.opsagent.tools.front.Route.Canary;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers get through the front, from real servers behind it. */
final class ForwardingTest {
  private static final int BROKEN_OFF = 3;

  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private final Listeners listeners = new Listeners();
  private final HttpClient caller = HttpClient.newHttpClient();
  private final int front;

  ForwardingTest() throws IOException {
    this.front = FreePort.any();
  }

  @AfterEach
  void end() {
    listeners.close();
    servers.forEach(server -> server.stop(0));
    caller.close();
  }

  /** A release that answers each request with this status and its own name and what it got. */
  private Slot release(String name, int status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          synchronized (asked) {
            asked.add(name);
          }
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          String text =
              "%s %s %s %s"
                  .formatted(name, exchange.getRequestMethod(), exchange.getRequestURI(), body);
          exchange
              .getResponseHeaders()
              .set("X-Host", exchange.getRequestHeaders().getFirst("Host"));
          exchange.getResponseHeaders().put("Set-Cookie", List.of("a=1", "b=2"));
          boolean empty = exchange.getRequestMethod().equals("HEAD") || status == 204;
          exchange.sendResponseHeaders(status, empty ? -1 : 0);
          if (!empty) {
            exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
          }
          exchange.close();
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    servers.add(server);
    return slot(name, server.getAddress().getPort());
  }

  private Slot slot(String name, int port) {
    return new Slot(name, port, front, "1.0.0", "sha256:" + name, "task", true);
  }

  private void route(long revision, Slot live, Optional<Slot> other) {
    Route route =
        new Route("docker:local/web", true, live, other, Optional.empty(), Optional.empty());
    assertThat(listeners.apply(new Routes(revision, List.of(route))).refused()).isEmpty();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front + path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return caller.send(request(path).build(), BodyHandlers.ofString());
  }

  @Test
  void aRequestArrivesAsItWasSentAndItsAnswerAsItWasGiven() throws Exception {
    route(1, release("blue", 200), Optional.empty());

    HttpResponse<String> got = get("/a%20b?q=%2F&x=1");
    HttpResponse<String> posted =
        caller.send(
            request("/post").POST(BodyPublishers.ofString("some body")).build(),
            BodyHandlers.ofString());

    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo("blue GET /a%20b?q=%2F&x=1 ");
    assertThat(got.headers().firstValue("X-Host")).contains("127.0.0.1:" + front);
    assertThat(got.headers().allValues("Set-Cookie")).containsExactly("a=1", "b=2");
    assertThat(posted.body()).isEqualTo("blue POST /post some body");
  }

  @Test
  void answersWithoutABodyHaveNone() throws Exception {
    route(1, release("blue", 204), Optional.empty());
    assertThat(get("/").statusCode()).isEqualTo(204);
    route(2, release("green", 200), Optional.empty());
    HttpResponse<String> head =
        caller.send(
            request("/").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void aTurnTakesTheNextRequestToTheOtherRelease() throws Exception {
    Slot blue = release("blue", 200);
    Slot green = release("green", 200);
    route(1, blue, Optional.empty());
    assertThat(get("/").body()).startsWith("blue");

    route(2, green, Optional.of(blue));

    assertThat(get("/").body()).startsWith("green");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nblue"})
  void whatItsReleaseHasNotAnsweredWhenItEndsGoesToTheOneOfNow(String begun) throws Exception {
    Slot green = release("green", 200);
    ServerSocket blue = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    route(1, slot("blue", blue.getLocalPort()), Optional.empty());
    CompletableFuture<HttpResponse<String>> held =
        caller.sendAsync(request("/").build(), BodyHandlers.ofString());
    Socket taken = blue.accept();
    route(2, green, Optional.empty());

    taken.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
    blue.close();
    taken.close();

    assertThat(held.get(10, TimeUnit.SECONDS).body()).startsWith("green");
  }

  @Test
  void theReleaseBeforeAnswersWhatTheNewOneFailsAt() throws Exception {
    Slot good = release("blue", 200);
    route(1, release("green", 500), Optional.of(good));
    assertThat(get("/").body()).startsWith("blue");
    route(2, slot("green", FreePort.any()), Optional.of(good));
    assertThat(get("/").body()).startsWith("blue");

    route(3, release("green", 500), Optional.of(good.warm(false)));

    assertThat(get("/").statusCode()).isEqualTo(500);
  }

  private void canary(long revision, Slot live, Slot next, int percent) {
    Route route =
        new Route(
                "docker:local/web",
                true,
                live,
                Optional.empty(),
                Optional.empty(),
                Optional.empty())
            .with(Optional.of(new Canary(next, percent)));
    assertThat(listeners.apply(new Routes(revision, List.of(route))).refused()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 33, 50, 99})
  void aCanaryGetsItsShareOfEveryHundredRequests(int percent) throws Exception {
    canary(1, release("blue", 200), release("green", 200), percent);

    for (int i = 0; i < 100; i++) {
      assertThat(get("/").statusCode()).isEqualTo(200);
    }

    assertThat(asked).filteredOn("green"::equals).hasSize(percent);
    assertThat(asked).filteredOn("blue"::equals).hasSize(100 - percent);
  }

  @Test
  void theShareIsSpreadEvenly() throws Exception {
    canary(1, release("blue", 200), release("green", 200), 25);
    for (int i = 0; i < 8; i++) {
      get("/");
    }
    assertThat(asked)
        .containsExactly("blue", "blue", "blue", "green", "blue", "blue", "blue", "green");
  }

  @Test
  void whatACanaryFailsAtTheLiveReleaseAnswersUnlessItChangesSomething() throws Exception {
    canary(1, release("blue", 200), release("green", 503), 50);

    for (int i = 0; i < 4; i++) {
      assertThat(get("/").body()).startsWith("blue");
    }
    assertThat(asked).containsExactly("blue", "green", "blue", "blue", "green", "blue");

    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      posted.add(
          caller
              .send(
                  request("/").POST(BodyPublishers.ofString("order")).build(),
                  BodyHandlers.ofString())
              .statusCode());
    }
    assertThat(posted).containsExactly(200, 503);
  }

  @Test
  void whatChangesSomethingIsNeverAskedTwice() throws Exception {
    route(1, release("green", 503), Optional.of(release("blue", 200)));

    HttpResponse<String> posted =
        caller.send(
            request("/").POST(BodyPublishers.ofString("order")).build(), BodyHandlers.ofString());

    assertThat(posted.statusCode()).isEqualTo(503);
    assertThat(asked).containsExactly("green");
  }

  @Test
  void withoutAnyAnswerTheCallerIsTold() throws Exception {
    route(1, slot("blue", FreePort.any()), Optional.empty());

    HttpResponse<String> got = get("/");

    assertThat(got.statusCode()).isEqualTo(502);
    assertThat(got.body()).isEqualTo("the service does not answer\n");
  }

  @Test
  void anAnswerThatBreaksOffDoesNotLookWhole() throws Exception {
    try (ServerSocket dying = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        // A client that asks once; others ask anew what has brought them nothing.
        Socket once = new Socket(InetAddress.getLoopbackAddress(), frontOf(dying))) {
      dying.setSoTimeout(30_000);
      once.setSoTimeout(30_000);
      once.getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: web\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      try (var connection = dying.accept()) {
        assertThat(connection.getInputStream().read(new byte[4096])).isPositive();
        connection
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                    .getBytes(StandardCharsets.UTF_8));
        connection.getOutputStream().flush();
      }

      String got = new String(once.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(got).as("it ends, and not as a whole answer does").doesNotContain("0\r\n\r\n");
    }
  }

  @Test
  void theOnlyReplicaIsAskedOnceMoreWhenItsConnectionsBreakOff() throws Exception {
    try (ServerSocket stumbling = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
        Socket once = new Socket(InetAddress.getLoopbackAddress(), frontOf(stumbling))) {
      stumbling.setSoTimeout(30_000);
      once.setSoTimeout(30_000);
      once.getOutputStream()
          .write("GET / HTTP/1.0\r\nHost: web\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      // A client tries twice by itself; the third time is ours.
      for (int i = 0; i < BROKEN_OFF; i++) {
        stumbling.accept().close();
      }
      try (var connection = stumbling.accept()) {
        assertThat(connection.getInputStream().read(new byte[4096])).isPositive();
        connection
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.UTF_8));
        connection.getOutputStream().flush();

        String got = new String(once.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(got).startsWith("HTTP/1.1 200").endsWith("ok");
      }
    }
  }

  private int frontOf(ServerSocket release) {
    route(1, slot("blue", release.getLocalPort()), Optional.empty());
    return front;
  }

  @Test
  void replicasAreAskedInTurnAndOneThatTakesNoConnectionIsPassedOver() throws Exception {
    Slot first = release("blue", 200);
    Slot second = release("green", 200);
    Slot both = first.more(second.port()).more(FreePort.any()).asking(3);
    route(1, both, Optional.empty());

    for (int request = 0; request < 9; request++) {
      HttpResponse<String> posted =
          caller.send(
              request("/post").POST(BodyPublishers.ofString("some body")).build(),
              BodyHandlers.ofString());
      assertThat(posted.body()).endsWith("POST /post some body");
    }

    assertThat(asked).hasSize(9).contains("blue", "green");
    route(2, both.asking(1), Optional.empty());
    asked.clear();
    assertThat(get("/").body()).startsWith("blue");
    assertThat(get("/").body()).startsWith("blue");
  }

  @Test
  void aShortAnswerThatBreaksOffIsGivenByTheOtherRelease() throws Exception {
    try (ServerSocket dying = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      dying.setSoTimeout(30_000);
      canary(1, release("blue", 200), slot("green", dying.getLocalPort()), 99);
      assertThat(get("/").body()).startsWith("blue");
      CompletableFuture<HttpResponse<String>> answer =
          caller.sendAsync(request("/").build(), BodyHandlers.ofString());
      try (var connection = dying.accept()) {
        connection
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
                    .getBytes(StandardCharsets.UTF_8));
        connection.getOutputStream().flush();
      }

      assertThat(answer.get(30, TimeUnit.SECONDS).body()).startsWith("blue");
    }
  }

  @Test
  void aTurnToAnotherPortOpensItBeforeTheOldOneIsClosed() throws Exception {
    Slot blue = release("blue", 200);
    route(1, blue, Optional.empty());
    Slot taken = new Slot("green", blue.port(), blue.port(), "2", "sha256:green", "task", true);
    Route refused =
        new Route(
            "docker:local/web", true, taken, Optional.empty(), Optional.empty(), Optional.empty());

    assertThat(listeners.apply(new Routes(2, List.of(refused))).refused()).hasSize(1);

    assertThat(get("/").body()).startsWith("blue");
  }

  @Test
  void aRequestUnderWayIsAnsweredByTheReleaseThatItWentTo() throws Exception {
    CountDownLatch came = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    HttpServer slow =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    slow.createContext(
        "/",
        exchange -> {
          came.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("slow".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    slow.start();
    servers.add(slow);
    Slot blue = slot("blue", slow.getAddress().getPort());
    route(1, blue, Optional.empty());
    CompletableFuture<HttpResponse<String>> answer =
        caller.sendAsync(request("/").build(), BodyHandlers.ofString());
    assertThat(came.await(30, TimeUnit.SECONDS)).isTrue();

    route(2, release("green", 200), Optional.of(blue));
    goOn.countDown();

    assertThat(answer.join().body()).isEqualTo("slow");
    assertThat(get("/").body()).startsWith("green");
  }

  @Test
  void aPortThatIsTakenIsToldAndAClosedRouteIsNotListenedTo() throws Exception {
    Slot blue = release("blue", 200);
    Route taken =
        new Route(
            "docker:local/other",
            true,
            new Slot("blue", blue.port(), blue.port(), "1.0.0", "sha256:blue", "task", true),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(listeners.apply(new Routes(1, List.of(taken))).refused())
        .containsOnlyKeys("docker:local/other");
    route(2, blue, Optional.empty());
    assertThat(get("/").statusCode()).isEqualTo(200);

    assertThat(listeners.apply(new Routes(3, List.of())).refused()).isEmpty();

    Awaitility.await().until(() -> isFree(front));
  }

  private static boolean isFree(int port) {
    try (var socket = new java.net.ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
