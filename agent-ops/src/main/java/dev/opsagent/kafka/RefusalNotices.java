package dev.opsagent.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Severity;
import dev.opsagent.protocol.Escalation.Status;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Target;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the PM of partitions that are not served. Such a partition has no journal to say it
 * through, so this writes beside the transactions: first a note into the partition's ledger, then
 * the escalation. Whoever opens the partition later finds the note and resolves the escalation.
 */
public final class RefusalNotices implements AutoCloseable {
  /** Reserved among the ledger's keys. */
  static final String KEY = "~refused";

  private static final Logger LOG = LoggerFactory.getLogger(RefusalNotices.class);
  private static final Duration ONE_WRITE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final BusSettings settings;
  private final int partitions;
  private final Target worker;
  private final InstantSource clock;
  private final ExecutorService inOrder =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("refusal-notices").factory());

  /**
   * @param partitions of the fleet's ledger
   * @param worker the target that the escalations name: the fleet's worker, in one environment
   */
  public RefusalNotices(BusSettings settings, int partitions, Target worker, InstantSource clock) {
    this.settings = settings;
    this.partitions = partitions;
    this.worker = worker;
    this.clock = clock;
  }

  /** Opens the partition's escalation, sooner or later; never blocks. */
  public void open(int partition, Failure why) {
    Escalation escalation =
        escalation(
            partition,
            Status.OPEN,
            topic(partition) + " is not served",
            List.of(shown(why.sentence())),
            shown(why.fix()));
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    if (partition < partitions) { // one that was added later has no ledger
      records.add(note(partition, Optional.of(shown(why.sentence()))));
    }
    records.add(escalation(escalation));
    inOrder.execute(() -> persist(records));
  }

  /** Resolves it; never blocks. */
  public void resolve(int partition) {
    Escalation escalation =
        escalation(
            partition, Status.RESOLVED, topic(partition) + " is served again", List.of(), "");
    inOrder.execute(
        () -> persist(List.of(escalation(escalation), note(partition, Optional.empty()))));
  }

  private Escalation escalation(
      int partition, Status status, String summary, List<String> evidence, String decide) {
    return new Escalation(
        settings.topics().tasks() + ":" + partition + ":unserved",
        Trigger.OUTAGE,
        Severity.CRITICAL,
        status,
        worker,
        Optional.empty(),
        summary,
        evidence,
        status == Status.OPEN
            ? List.of("its tasks wait, and opening it is tried again and again")
            : List.of("its ledger was read to the end; its tasks go on"),
        decide,
        1,
        clock.instant());
  }

  private String shown(String text) {
    return settings.redactor().text(text);
  }

  private String topic(int partition) {
    return "partition " + partition + " of " + settings.topics().tasks();
  }

  private ProducerRecord<byte[], byte[]> note(int partition, Optional<String> text) {
    byte @Nullable [] value = text.map(it -> it.getBytes(UTF_8)).orElse(null);
    return new ProducerRecord<>(settings.topics().ledger(), partition, KEY.getBytes(UTF_8), value);
  }

  private ProducerRecord<byte[], byte[]> escalation(Escalation escalation) {
    return EventCodec.write(
        settings.topics().escalations(),
        null,
        escalation.escalationId(),
        escalation,
        "/ops-agent/" + settings.workerId(),
        UUID.randomUUID().toString(),
        escalation.at(),
        Optional.empty());
  }

  private void persist(List<ProducerRecord<byte[], byte[]>> records) {
    while (!Thread.currentThread().isInterrupted() && !written(records)) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private boolean written(List<ProducerRecord<byte[], byte[]>> records) {
    try (Producer<byte[], byte[]> producer = new Clients(settings).plainWriter()) {
      for (ProducerRecord<byte[], byte[]> record : records) {
        producer.send(record).get(ONE_WRITE.toMillis(), TimeUnit.MILLISECONDS);
      }
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      LOG.warn("could not write an escalation; it is tried again: {}", e.toString());
      return false;
    }
  }

  /** What is not written yet is told by whoever is refused next. */
  @Override
  public void close() {
    inOrder.shutdownNow();
  }
}
