package dev.opsagent.testing;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A client that knows nothing of the contract: any bytes, any headers, any partition. */
public final class RawProducer implements AutoCloseable {
  private static final int LARGEST = 32 * 1024 * 1024;

  private final Producer<byte[], byte[]> producer;

  public RawProducer(String bootstrap) {
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "max.request.size", LARGEST,
                "buffer.memory", LARGEST),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** The headers of an event in binary mode. */
  public static Map<String, String> binary(String type) {
    return Map.of(
        "ce_specversion", "1.0",
        "ce_id", "raw-1",
        "ce_source", "/raw",
        "ce_type", type,
        "content-type", "application/json");
  }

  public static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  public RecordMetadata send(
      String topic,
      @Nullable Integer partition,
      @Nullable String key,
      byte @Nullable [] value,
      Map<String, String> headers)
      throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, partition, bytes(key), value);
    headers.forEach(
        (name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    return producer.send(record).get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    producer.close();
  }
}
