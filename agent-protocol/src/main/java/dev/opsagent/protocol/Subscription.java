package dev.opsagent.protocol;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;

/** A running stream of records; {@link #close()} ends it. */
public final class Subscription implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(1);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Duration timeout;
  private final Thread thread;
  private volatile boolean closing;

  Subscription(
      String name,
      KafkaConsumer<byte[], byte[]> consumer,
      Consumer<ConsumerRecord<byte[], byte[]>> reader,
      Duration timeout) {
    this.consumer = consumer;
    this.timeout = timeout;
    this.thread = Thread.ofVirtual().name(name).unstarted(() -> run(name, reader));
  }

  Subscription started() {
    thread.start();
    return this;
  }

  private void run(String name, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    try (consumer) {
      while (!closing) {
        consumer.poll(POLL).forEach(reader);
      }
    } catch (WakeupException e) {
      // close() was called
    } catch (RuntimeException e) {
      ended.completeExceptionally(ClientFailure.of(name, e));
    } finally {
      ended.complete(null);
    }
  }

  /** Completes when the stream has ended; exceptionally, when it ended by itself. */
  public CompletionStage<Void> ended() {
    return ended.minimalCompletionStage();
  }

  /** Ends the stream and waits, for a bounded time, until its reader is called no more. */
  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      if (!thread.join(timeout)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
