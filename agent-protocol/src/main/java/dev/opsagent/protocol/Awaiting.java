package dev.opsagent.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** One wait for a task: first what was reported already, then what is reported. */
final class Awaiting {
  private static final Duration POLL = Duration.ofMillis(200);

  private final TopicReader reader;
  private final String topic;
  private final String taskId;
  private final byte[] key;
  private final Optional<Map<TopicPartition, Long>> since;
  private final boolean person;
  private Optional<StatusReport> last = Optional.empty();

  /**
   * @param since where the reports ended before this client dispatched the task, if it did
   * @param person whether a state that a person must end ends the wait
   */
  Awaiting(
      TopicReader reader,
      String topic,
      String taskId,
      Optional<Map<TopicPartition, Long>> since,
      boolean person) {
    this.reader = reader;
    this.topic = topic;
    this.taskId = taskId;
    this.key = taskId.getBytes(StandardCharsets.UTF_8);
    this.since = since;
    this.person = person;
  }

  StatusReport run(Duration timeout) {
    long begin = System.nanoTime();
    Map<TopicPartition, Long> ends = reader.ends(topic);
    Map<TopicPartition, Long> starts =
        since.orElseGet(() -> reader.starts(topic, StartAt.beginning()));
    try (KafkaConsumer<byte[], byte[]> consumer = reader.open(starts)) {
      boolean current = false;
      while (System.nanoTime() - begin < timeout.toNanos()) {
        // What stood there before the call may be overtaken by what stood there after it.
        current = current || TopicReader.reached(consumer, ends);
        if (current && last.filter(this::settled).isPresent()) {
          return last.get();
        }
        consumer.poll(POLL).forEach(this::see);
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      throw ClientFailure.of("await task " + taskId, e);
    }
    return last.filter(this::isAnswer).orElseThrow(() -> new NoReportInTime(taskId, timeout, last));
  }

  private void see(ConsumerRecord<byte[], byte[]> record) {
    if (!Arrays.equals(key, record.key()) || last.filter(this::isAnswer).isPresent()) {
      return;
    }
    OpsClient.report(record)
        .filter(this::concernsUs)
        .ifPresent(report -> last = Optional.of(report));
  }

  /** An end that is ours: nothing that comes after it changes it. */
  private boolean isAnswer(StatusReport report) {
    return report.state().isEnd();
  }

  /** That another order under the same id was refused is no news for who did not send it. */
  private boolean concernsUs(StatusReport report) {
    boolean conflict =
        report.state() == TaskState.REJECTED
            && report.reason().filter(r -> r.code() == ReasonCode.CONFLICT).isPresent();
    return !conflict || since.isPresent();
  }

  private boolean settled(StatusReport report) {
    return switch (report.state()) {
      case SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED, EXPIRED, REJECTED, IN_DOUBT -> true;
      case AWAITING_APPROVAL, AWAITING_DECISION -> person;
      case ACCEPTED, AWAITING_EVIDENCE, RUNNING, UNDOING -> false;
    };
  }
}
