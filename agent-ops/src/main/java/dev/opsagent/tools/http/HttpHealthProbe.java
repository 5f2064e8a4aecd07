package dev.opsagent.tools.http;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/**
 * Asks with the JDK's client. It follows no redirect, sends no credential and uses no proxy: a
 * probe that reached something else than the service would tell lies about it.
 */
public final class HttpHealthProbe implements HealthProbe, AutoCloseable {
  /** How much of a body is read and searched, in bytes; the connection is closed after it. */
  static final int MAX_BODY = 64 * 1024;

  private static final int SHOWN = 120;
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();

  @Override
  public Answer<Boolean> http(URI uri, Page wanted, Duration timeout) {
    String action = "get " + shown(uri);
    if (!isWebAddress(uri)) {
      return no(ReasonCode.INVALID_PARAMETERS, action, "it is no http or https address");
    }
    return exchange(action, uri, bounded(timeout))
        .then(response -> judge(action, response, wanted));
  }

  @Override
  public Answer<Boolean> tcp(String host, int port, Duration timeout) {
    String action = "connect to " + host + ":" + port;
    if (port < 1 || port > 65_535) {
      return no(ReasonCode.INVALID_PARAMETERS, action, "it is no port");
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) bounded(timeout).toMillis());
      return new Answer.Ok<>(true);
    } catch (SocketTimeoutException e) {
      return late(action, timeout);
    } catch (IOException e) {
      return unreachable(action, e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private Answer<HttpResponse<String>> exchange(String action, URI uri, Duration timeout) {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).GET().build();
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request, headers -> new BoundedBody(MAX_BODY));
    try {
      // The client's own timeout ends with the headers; this one covers the body too.
      return new Answer.Ok<>(response.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      response.cancel(true);
      return late(action, timeout);
    } catch (ExecutionException e) {
      return failed(action, e.getCause() == null ? e : e.getCause(), timeout);
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      return no(ReasonCode.CANCELLED, action, "it was interrupted");
    }
  }

  private static Answer<Boolean> judge(String action, HttpResponse<String> response, Page wanted) {
    String came = "status " + response.statusCode() + " with " + excerpt(response.body());
    if (response.statusCode() != wanted.status()) {
      return unhealthy(action, came + " came back instead of status " + wanted.status());
    }
    if (wanted.contains().isPresent() && !response.body().contains(wanted.contains().get())) {
      return unhealthy(action, came + " came back, which does not hold the expected text");
    }
    return wanted
        .json()
        .filter(field -> !says(response.body(), field))
        .map(field ->
            unhealthy(
                action,
                "%s came back, which does not say %s at %s"
                    .formatted(came, field.value(), field.pointer())))
        .orElse(new Answer.Ok<>(true));
  }

  /** Whether the body, which may have been cut short, is JSON with that value. */
  private static boolean says(String body, JsonField field) {
    try {
      JsonNode there = Json.readTree(body.getBytes(StandardCharsets.UTF_8)).at(field.pointer());
      return there.isValueNode() && !there.isNull() && there.asString().equals(field.value());
    } catch (InvalidMessage _) {
      return false;
    }
  }

  private static <T> Answer<T> failed(String action, Throwable cause, Duration timeout) {
    return cause instanceof HttpTimeoutException
        ? late(action, timeout)
        : unreachable(action, cause);
  }

  private static Answer<Boolean> unhealthy(String action, String cause) {
    return new Answer.No<>(
        Failure.passing(ReasonCode.UNHEALTHY, action, cause, "read the service's log"));
  }

  private static <T> Answer<T> late(String action, Duration timeout) {
    String cause = "nothing came back within " + timeout.toMillis() + " ms";
    return new Answer.No<>(
        Failure.passing(ReasonCode.TIMEOUT, action, cause, "read the service's log"));
  }

  private static <T> Answer<T> unreachable(String action, Throwable cause) {
    String words = excerpt(Optional.ofNullable(cause.getMessage()).orElse(""));
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.UNREACHABLE,
            action,
            cause.getClass().getSimpleName() + " " + words,
            "check that the service listens at this address"));
  }

  private static <T> Answer<T> no(ReasonCode code, String action, String cause) {
    return new Answer.No<>(Failure.of(code, action, cause, ""));
  }

  private static boolean isWebAddress(URI uri) {
    return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
        && uri.getHost() != null
        && uri.getRawUserInfo() == null;
  }

  /** Without user info and query, which may carry a secret. */
  private static String shown(URI uri) {
    return uri.getScheme()
        + "://"
        + uri.getHost()
        + port(uri)
        + Optional.ofNullable(uri.getPath()).orElse("");
  }

  private static String port(URI uri) {
    return uri.getPort() < 0 ? "" : ":" + uri.getPort();
  }

  private static String excerpt(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    if (line.isEmpty()) {
      return "nothing";
    }
    return "\"" + (line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line) + "\"";
  }

  private static Duration bounded(Duration timeout) {
    if (timeout.compareTo(LONGEST) > 0) {
      return LONGEST;
    }
    return timeout.toMillis() < 1 ? Duration.ofMillis(1) : timeout;
  }
}
