package dev.opsagent.bench;

import dev.opsagent.audit.AuditTrail;
import dev.opsagent.bench.Comparison.Goal;
import dev.opsagent.kafka.AuditHistory;
import dev.opsagent.protocol.ClientSettings;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The audit, read and verified as {@code replay} does it, against a scan that looks at no byte and
 * against {@code kcat}.
 */
final class Replay {
  private static final double MB = 1e6;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final String bootstrap;
  private final Topics topics;
  private final Scale scale;
  private final Consumer<String> progress;

  Replay(String bootstrap, Topics topics, Scale scale, Consumer<String> progress) {
    this.bootstrap = bootstrap;
    this.topics = topics;
    this.scale = scale;
    this.progress = progress;
  }

  List<Comparison> measure(Clock clock) {
    double size = scan();
    List<Double> ours = new ArrayList<>();
    List<Double> raw = new ArrayList<>();
    List<Double> kcat = new ArrayList<>();
    boolean hasKcat = kcat() >= 0;
    for (int run = 0; run <= scale.rounds() && (run == 0 || clock.goesOn(run)); run++) {
      boolean counts = run > 0; // the first one finds everything cold
      note(counts, "replay", size, this::verify, ours);
      note(counts, "raw scan", size, this::scan, raw);
      if (hasKcat) {
        note(counts, "kcat", size, this::kcat, kcat);
      }
    }
    List<Comparison> results = new ArrayList<>();
    results.add(compared("replay_ratio", 0.9, "raw scan", ours, raw));
    if (hasKcat) {
      results.add(compared("replay_kcat_ratio", 0.5, "kcat", ours, kcat));
    }
    return results;
  }

  private static Comparison compared(
      String key, double goal, String against, List<Double> ours, List<Double> others) {
    return new Comparison(
        key,
        "audit replay against " + against,
        "MB/s",
        new Goal.AtLeast(goal),
        against,
        ours,
        others);
  }

  private void note(
      boolean counts, String name, double size, LongSupplier reading, List<Double> rates) {
    long began = System.nanoTime();
    var _ = reading.getAsLong();
    double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
    double rate = size / MB / seconds;
    progress.accept(
        "audit, %s%s: %.0f MB in %.2f s"
            .formatted(name, counts ? "" : " (cold)", size / MB, seconds));
    if (counts) {
      rates.add(rate);
    }
  }

  private long verify() {
    AuditTrail trail = new AuditTrail();
    try (OpsClient client =
        new OpsClient(
            Map.of("bootstrap.servers", bootstrap),
            topics,
            ClientSettings.of("/ops-agent/bench"))) {
      AuditHistory.read(client, topics.audit(), trail::add);
    }
    if (!trail.breaks().isEmpty()) {
      throw new BenchFailed("the audit is broken: " + trail.breaks().getFirst());
    }
    return trail.records();
  }

  /** Reads everything; returns its size. */
  private long scan() {
    long bytes = 0;
    try (var consumer = EndReports.reader(bootstrap)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topics.audit()).stream()
              .map(it -> new TopicPartition(it.topic(), it.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          bytes += size(record);
        }
      }
    }
    return bytes;
  }

  private static long size(ConsumerRecord<byte[], byte[]> record) {
    long size = (long) record.serializedKeySize() + record.serializedValueSize();
    for (var header : record.headers()) {
      size += (long) header.key().length() + header.value().length;
    }
    return size;
  }

  /** Has kcat read everything; -1 when there is none. */
  private long kcat() {
    try {
      Process process =
          new ProcessBuilder(
                  "kcat",
                  "-C",
                  "-b",
                  bootstrap,
                  "-t",
                  topics.audit(),
                  "-o",
                  "beginning",
                  "-e",
                  "-q")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return ended(process);
    } catch (IOException _) {
      return -1;
    }
  }

  private static long ended(Process process) {
    try {
      if (process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        return process.exitValue() == 0 ? 0 : -1;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    return -1;
  }
}
