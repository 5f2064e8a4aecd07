package dev.opsagent.tools.npm;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads from the registry's own origin: no other host sees a request, let alone the credential. */
final class RegistryHttp {
  private static final int REDIRECTS = 3;

  private final NpmRegistrySettings settings;
  private final NpmFailures failures;
  private final HttpClient client;

  RegistryHttp(NpmRegistrySettings settings, NpmFailures failures) {
    this.settings = settings;
    this.failures = failures;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(settings.timeout())
            .build();
  }

  /**
   * The body; empty when the registry says that there is none (404).
   *
   * @param limit bytes that the body may have
   */
  Answer<Optional<byte[]>> get(String action, URI uri, String accept, int limit) {
    URI at = uri;
    for (int redirects = 0; redirects <= REDIRECTS; redirects++) {
      if (!settings.sameOrigin(at)) {
        return no(action, "the answer leads to another host, which is not followed");
      }
      Answer<HttpResponse<byte[]>> answer =
          request(at, accept).then(request -> send(action, request, limit));
      if (answer instanceof Answer.No<HttpResponse<byte[]>>(Failure failure)) {
        return new Answer.No<>(failure);
      }
      HttpResponse<byte[]> response = ((Answer.Ok<HttpResponse<byte[]>>) answer).value();
      Optional<String> location = response.headers().firstValue("location");
      if (response.statusCode() / 100 != 3 || location.isEmpty()) {
        return read(action, response);
      }
      at = at.resolve(location.get());
    }
    return no(action, "the registry redirects for ever");
  }

  private Answer<Optional<byte[]>> read(String action, HttpResponse<byte[]> response) {
    if (response.statusCode() == 200) {
      return new Answer.Ok<>(Optional.of(response.body()));
    }
    if (response.statusCode() == 404) {
      return new Answer.Ok<>(Optional.empty());
    }
    return new Answer.No<>(failures.of(action, response.statusCode()));
  }

  private Answer<HttpRequest> request(URI uri, String accept) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(settings.timeout())
            .header("Accept", accept)
            .header("Cache-Control", "no-cache");
    if (!settings.takesCredentials()) {
      return new Answer.Ok<>(request.build());
    }
    return settings
        .token()
        .get()
        .map(token -> {
          token.ifPresent(it -> request.header("Authorization", "Bearer " + it));
          return request.build();
        });
  }

  /** The time limit covers the body as well, which a request's own limit does not. */
  private Answer<HttpResponse<byte[]>> send(String action, HttpRequest request, int limit) {
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), limit));
    try {
      long millis = settings.timeout().toMillis();
      return new Answer.Ok<>(response.get(millis, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      return new Answer.No<>(Failure.of(ReasonCode.CANCELLED, action, "it was cancelled", ""));
    } catch (TimeoutException e) {
      response.cancel(true);
      return unreachable(action, "no answer within " + settings.timeout().toMillis() + " ms");
    } catch (ExecutionException e) {
      return unreachable(action, words(e.getCause()));
    }
  }

  private static String words(@Nullable Throwable cause) {
    if (cause instanceof IOException && cause.getMessage() != null) {
      return cause.getMessage();
    }
    return cause == null ? "no answer" : cause.getClass().getSimpleName();
  }

  private Answer<HttpResponse<byte[]>> unreachable(String action, String cause) {
    return new Answer.No<>(failures.unreachable(action, NpmFailures.oneLine(cause)));
  }

  private static Answer<Optional<byte[]>> no(String action, String cause) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TOOL_FAILED, action, cause, "configure the address that finally answers"));
  }
}
