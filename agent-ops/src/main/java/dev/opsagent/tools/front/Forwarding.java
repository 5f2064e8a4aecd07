package dev.opsagent.tools.front;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.opsagent.tools.front.Route.Slot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Passes each request on to the release that answers for the target when it comes in, or its share
 * of them to a canary. As long as the release before is kept warm, it answers what can be asked
 * twice and the live one fails at; the live one does for a canary.
 */
final class Forwarding implements HttpHandler {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** From the begin of a request, its upload included, until its answer begins. */
  private static final Duration ANSWER_BEGINS = Duration.ofMinutes(10);

  /** Before the same replica is asked again. */
  private static final Duration BREATH = Duration.ofMillis(50);

  private static final Set<String> ASKED_TWICE = Set.of("GET", "HEAD", "OPTIONS");

  /** Of a connection and not of a request (RFC 9110, 7.6.1), or set anew. */
  private static final Set<String> OWN =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "http2-settings",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final AtomicReference<Route> route;
  private final AtomicLong requests = new AtomicLong();

  /** By slot, whose replicas are asked in turn. */
  private final Map<String, AtomicInteger> turns = new ConcurrentHashMap<>();

  Forwarding(Route route) {
    this.route = new AtomicReference<>(route);
  }

  /** Requests that come in from now on go by this one. */
  void turn(Route now) {
    route.set(now);
  }

  /** Only a whole answer is ended: one that broke off must not look complete to the caller. */
  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try {
      answer(exchange);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the front ends");
    }
    exchange.close();
  }

  private void answer(HttpExchange exchange) throws IOException, InterruptedException {
    Optional<Got> answer;
    try {
      answer = ask(exchange);
    } catch (IllegalArgumentException _) {
      refuse(exchange, 400, "the request cannot be passed on");
      return;
    }
    if (answer.isPresent()) {
      pass(answer.get(), exchange);
    } else {
      refuse(exchange, 502, "the service does not answer");
    }
  }

  /** What a release answers; of a short answer, all of it is there. */
  private record Got(int status, HttpHeaders headers, InputStream body) {
    private static final int SHORT = 64 * 1024;

    static Got of(HttpResponse<InputStream> answer) {
      return new Got(answer.statusCode(), answer.headers(), answer.body());
    }

    boolean isFailure() {
      return status >= 500;
    }

    /** The same with a short body read; empty when that breaks off. */
    Optional<Got> whole() {
      long length = headers.firstValueAsLong("content-length").orElse(-1);
      if (length < 0 || length > SHORT) {
        return Optional.of(this);
      }
      try (body) {
        byte[] all = body.readNBytes((int) length);
        return Optional.of(new Got(status, headers, new ByteArrayInputStream(all)));
      } catch (IOException _) {
        return Optional.empty();
      }
    }

    void drop() {
      try {
        body.close();
      } catch (IOException _) {
        // nobody wants it
      }
    }
  }

  /**
   * By the route of the moment. A request that is held up for longer than its release lives on
   * after a turn goes by the new one, if it can be asked twice.
   */
  private Optional<Got> ask(HttpExchange exchange) throws InterruptedException {
    Route first = route.get();
    Optional<Got> answer = ask(exchange, first);
    Route now = route.get();
    return answer.isPresent() || now.equals(first) || !canBeAskedTwice(exchange)
        ? answer
        : ask(exchange, now);
  }

  private Optional<Got> ask(HttpExchange exchange, Route now) throws InterruptedException {
    boolean canary = now.isForCanary(requests.getAndIncrement());
    Slot slot = canary ? now.canary().orElseThrow().slot() : now.live();
    Optional<Slot> fallback =
        (canary ? Optional.of(now.live()) : now.fallback()).filter(_ -> canBeAskedTwice(exchange));
    Optional<Got> first = send(exchange, slot);
    // One that ends amid a short answer has failed at it: nothing of it has been passed on yet.
    if (canBeAskedTwice(exchange) && !exchange.getRequestMethod().equals("HEAD")) {
      first = first.flatMap(Got::whole);
    }
    if (fallback.isEmpty() || first.filter(answer -> !answer.isFailure()).isPresent()) {
      return first;
    }
    Optional<Got> second = send(exchange, fallback.get());
    if (second.isEmpty()) {
      return first;
    }
    first.ifPresent(Got::drop);
    return second;
  }

  private static boolean canBeAskedTwice(HttpExchange exchange) {
    return ASKED_TWICE.contains(exchange.getRequestMethod()) && !hasBody(exchange);
  }

  private static boolean hasBody(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    String length = Optional.ofNullable(headers.getFirst("Content-Length")).orElse("0");
    return headers.containsKey("Transfer-Encoding") || !length.equals("0");
  }

  /**
   * Of one replica, and of the next where nothing has reached that one; empty without answer. The
   * only replica is asked once more: a connection may break off although its service is well.
   */
  private Optional<Got> send(HttpExchange exchange, Slot slot) throws InterruptedException {
    List<Integer> ports = slot.asked();
    int turn = turns.computeIfAbsent(slot.name(), _ -> new AtomicInteger()).getAndIncrement();
    boolean again = canBeAskedTwice(exchange);
    for (int i = 0; i < Math.max(ports.size(), 2); i++) {
      boolean isSame = i >= ports.size();
      if (isSame) {
        Thread.sleep(BREATH);
      }
      int port = ports.get(Math.floorMod(turn + i, ports.size()));
      try {
        return Optional.of(
            Got.of(client.send(request(exchange, port), BodyHandlers.ofInputStream())));
      } catch (ConnectException _) {
        // Nothing has been sent: whatever was asked, another one can be asked it.
      } catch (HttpTimeoutException _) {
        if (!again || ports.size() == 1) {
          return Optional.empty();
        }
      } catch (IOException _) {
        if (!again) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static HttpRequest request(HttpExchange exchange, int port) {
    URI uri = URI.create("http://127.0.0.1:" + port + exchange.getRequestURI().toASCIIString());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER_BEGINS)
            .method(exchange.getRequestMethod(), body(exchange));
    Set<String> own = own(exchange.getRequestHeaders().getOrDefault("Connection", List.of()));
    for (Map.Entry<String, List<String>> header : exchange.getRequestHeaders().entrySet()) {
      if (!own.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        header.getValue().forEach(value -> request.header(header.getKey(), value));
      }
    }
    String caller = exchange.getRemoteAddress().getAddress().getHostAddress();
    return request.header("X-Forwarded-For", caller).build();
  }

  /** Those that are not passed on: also what {@code Connection} names is of one connection. */
  private static Set<String> own(List<String> connection) {
    return Stream.concat(
            OWN.stream(),
            connection.stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(name -> name.strip().toLowerCase(Locale.ROOT)))
        .collect(Collectors.toSet());
  }

  private static BodyPublisher body(HttpExchange exchange) {
    if (!hasBody(exchange)) {
      return BodyPublishers.noBody();
    }
    BodyPublisher stream = BodyPublishers.ofInputStream(exchange::getRequestBody);
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Length"))
        .map(length -> BodyPublishers.fromPublisher(stream, Long.parseLong(length)))
        .orElse(stream);
  }

  private static void pass(Got answer, HttpExchange exchange) throws IOException {
    try (InputStream body = answer.body()) {
      Set<String> own = own(answer.headers().allValues("connection"));
      for (Map.Entry<String, List<String>> header : answer.headers().map().entrySet()) {
        if (!own.contains(header.getKey().toLowerCase(Locale.ROOT))) {
          exchange.getResponseHeaders().put(header.getKey(), header.getValue());
        }
      }
      exchange.sendResponseHeaders(answer.status(), length(answer, exchange));
      if (hasBody(answer, exchange)) {
        body.transferTo(exchange.getResponseBody());
      }
    }
  }

  private static boolean hasBody(Got answer, HttpExchange exchange) {
    int status = answer.status();
    return !exchange.getRequestMethod().equals("HEAD")
        && status >= 200
        && status != 204
        && status != 304;
  }

  /** In the server's terms: -1 for no body, 0 for one of unknown length. */
  private static long length(Got answer, HttpExchange exchange) {
    if (!hasBody(answer, exchange)) {
      return -1;
    }
    long length = answer.headers().firstValueAsLong("content-length").orElse(-1);
    return length < 0 ? 0 : length == 0 ? -1 : length;
  }

  private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
    byte[] text = (why + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(
        status, exchange.getRequestMethod().equals("HEAD") ? -1 : text.length);
    if (!exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseBody().write(text);
    }
  }
}
