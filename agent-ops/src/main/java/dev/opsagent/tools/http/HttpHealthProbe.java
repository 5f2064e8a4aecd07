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
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/** Asks services whether they serve; of a body, the first 64 KiB count. */
public final class HttpHealthProbe implements HealthProbe, AutoCloseable {
  private final BoundedGet web;

  public HttpHealthProbe() {
    this(new BoundedGet());
  }

  /**
   * @param web closed with this
   */
  public HttpHealthProbe(BoundedGet web) {
    this.web = web;
  }

  @Override
  public Answer<Boolean> http(URI uri, Page wanted, Duration timeout) {
    String action = "get " + BoundedGet.shown(uri);
    return web.get(action, uri, timeout).then(response -> judge(action, response, wanted));
  }

  @Override
  public Answer<Boolean> tcp(String host, int port, Duration timeout) {
    String action = "connect to " + host + ":" + port;
    if (port < 1 || port > 65_535) {
      return new Answer.No<>(
          Failure.of(ReasonCode.INVALID_PARAMETERS, action, "it is no port", ""));
    }
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(host, port), (int) BoundedGet.bounded(timeout).toMillis());
      return new Answer.Ok<>(true);
    } catch (SocketTimeoutException e) {
      return BoundedGet.late(action, timeout);
    } catch (IOException e) {
      return web.unreachable(action, e);
    }
  }

  @Override
  public void close() {
    web.close();
  }

  private Answer<Boolean> judge(String action, HttpResponse<String> response, Page wanted) {
    String came =
        "status %d with %s came back"
            .formatted(response.statusCode(), web.excerpt(response.body()));
    if (response.statusCode() != wanted.status()) {
      return unhealthy(action, came + " instead of status " + wanted.status());
    }
    if (wanted.contains().isPresent() && !response.body().contains(wanted.contains().get())) {
      return unhealthy(action, came + ", which does not hold the expected text");
    }
    return wanted
        .json()
        .filter(field -> !says(response.body(), field))
        .map(field -> unhealthy(action, came + ", which has not the expected " + field.pointer()))
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

  private static Answer<Boolean> unhealthy(String action, String cause) {
    return new Answer.No<>(
        Failure.passing(ReasonCode.UNHEALTHY, action, cause, "read the service's log"));
  }
}
