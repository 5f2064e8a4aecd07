package dev.opsagent.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Asks where a topic ends. Whoever asks while an answer is under way shares the next one, so that a
 * thousand tasks at once cost two requests.
 */
final class TopicEnds {
  private final Admin admin;
  private final String topic;
  private boolean asking;
  private boolean wanted;
  private CompletableFuture<Map<TopicPartition, Long>> next = new CompletableFuture<>();

  TopicEnds(Admin admin, String topic) {
    this.admin = admin;
    this.topic = topic;
  }

  /** Where it ends, as told by an answer to a request that is sent after the call. */
  synchronized CompletableFuture<Map<TopicPartition, Long>> next() {
    CompletableFuture<Map<TopicPartition, Long>> mine = next;
    if (asking) {
      wanted = true;
    } else {
      ask();
    }
    return mine;
  }

  private void ask() {
    asking = true;
    wanted = false;
    CompletableFuture<Map<TopicPartition, Long>> answer = next;
    next = new CompletableFuture<>();
    var _ =
        admin
            .describeTopics(List.of(topic))
            .allTopicNames()
            .toCompletionStage()
            .thenCompose(this::offsets)
            .whenComplete((ends, failed) -> answered(answer, ends, failed));
  }

  private CompletionStage<Map<TopicPartition, Long>> offsets(
      Map<String, TopicDescription> described) {
    Map<TopicPartition, OffsetSpec> wanted =
        Objects.requireNonNull(described.get(topic)).partitions().stream()
            .collect(
                Collectors.toMap(
                    it -> new TopicPartition(topic, it.partition()), _ -> OffsetSpec.latest()));
    return admin
        .listOffsets(wanted)
        .all()
        .toCompletionStage()
        .thenApply(told -> {
          Map<TopicPartition, Long> ends = new HashMap<>();
          told.forEach((partition, info) -> ends.put(partition, info.offset()));
          return ends;
        });
  }

  private void answered(
      CompletableFuture<Map<TopicPartition, Long>> answer,
      @Nullable Map<TopicPartition, Long> ends,
      @Nullable Throwable failed) {
    synchronized (this) {
      asking = false;
      if (wanted) {
        ask();
      }
    }
    if (ends == null) {
      answer.completeExceptionally(
          failed == null ? new IllegalStateException("no answer") : failed);
    } else {
      answer.complete(ends);
    }
  }
}
