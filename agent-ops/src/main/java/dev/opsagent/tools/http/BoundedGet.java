package dev.opsagent.tools.http;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Gets a page with the JDK's client. It follows no redirect, sends no credential and uses no proxy:
 * who reached something else than what was meant would tell lies about it.
 */
public final class BoundedGet implements AutoCloseable {
  /** How much of a body is read, in bytes; the connection is closed after it. */
  static final int MAX_BODY = 64 * 1024;

  private static final int SHOWN = 120;
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();

  private final UnaryOperator<String> mask;

  /** Whose failures quote what came as it came. */
  public BoundedGet() {
    this(UnaryOperator.identity());
  }

  /**
   * @param mask takes secrets out of what is quoted, before it is cut
   */
  public BoundedGet(UnaryOperator<String> mask) {
    this.mask = mask;
  }

  /**
   * One GET.
   *
   * @param action in words, for failures
   * @param timeout within which the whole answer must be there
   */
  Answer<HttpResponse<String>> get(String action, URI uri, Duration timeout) {
    if (!isWebAddress(uri)) {
      return new Answer.No<>(
          Failure.of(ReasonCode.INVALID_PARAMETERS, action, "it is no http or https address", ""));
    }
    Duration time = bounded(timeout);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(time).GET().build();
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request, headers -> new BoundedBody(MAX_BODY));
    try {
      // The client's own timeout ends with the headers; this one covers the body too.
      return new Answer.Ok<>(response.get(time.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      response.cancel(true);
      return late(action, time);
    } catch (ExecutionException e) {
      return failed(action, e.getCause() == null ? e : e.getCause(), time);
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      return new Answer.No<>(Failure.of(ReasonCode.CANCELLED, action, "it was interrupted", ""));
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private <T> Answer<T> failed(String action, Throwable cause, Duration timeout) {
    return cause instanceof HttpTimeoutException
        ? late(action, timeout)
        : unreachable(action, cause);
  }

  static <T> Answer<T> late(String action, Duration timeout) {
    String cause = "nothing came back within " + timeout.toMillis() + " ms";
    return new Answer.No<>(
        Failure.passing(ReasonCode.TIMEOUT, action, cause, "read the service's log"));
  }

  <T> Answer<T> unreachable(String action, Throwable cause) {
    String words = excerpt(Optional.ofNullable(cause.getMessage()).orElse(""));
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.UNREACHABLE,
            action,
            cause.getClass().getSimpleName() + " " + words,
            "check that the service listens at this address"));
  }

  private static boolean isWebAddress(URI uri) {
    return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
        && uri.getHost() != null
        && uri.getRawUserInfo() == null;
  }

  /** Without user info and query, which may carry a secret. */
  static String shown(URI uri) {
    return uri.getScheme()
        + "://"
        + uri.getHost()
        + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
        + Optional.ofNullable(uri.getPath()).orElse("");
  }

  /** The start of a text as one line in quotes, without secrets. */
  String excerpt(String text) {
    String line = mask.apply(text).replaceAll("\\p{Cntrl}+", " ").strip();
    if (line.isEmpty()) {
      return "nothing";
    }
    return "\"" + (line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line) + "\"";
  }

  static Duration bounded(Duration timeout) {
    if (timeout.compareTo(LONGEST) > 0) {
      return LONGEST;
    }
    return timeout.toMillis() < 1 ? Duration.ofMillis(1) : timeout;
  }
}
