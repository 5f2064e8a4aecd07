package dev.opsagent.tools.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;

/** Reads the beginning of a body, as UTF-8, and hangs up once it has enough. */
final class BoundedBody implements BodySubscriber<String> {
  private final int limit;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
  private final CompletableFuture<String> body = new CompletableFuture<>();

  BoundedBody(int limit) {
    this.limit = limit;
  }

  @Override
  public CompletionStage<String> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription started) {
    if (!subscription.complete(started)) {
      started.cancel();
      return;
    }
    started.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> parts) {
    parts.forEach(this::take);
    if (bytes.size() < limit) {
      return;
    }
    subscription.join().cancel();
    onComplete();
  }

  @Override
  public void onError(Throwable fault) {
    body.completeExceptionally(fault);
  }

  @Override
  public void onComplete() {
    body.complete(bytes.toString(StandardCharsets.UTF_8));
  }

  private void take(ByteBuffer part) {
    byte[] taken = new byte[Math.min(part.remaining(), limit - bytes.size())];
    part.get(taken);
    bytes.writeBytes(taken);
  }
}
