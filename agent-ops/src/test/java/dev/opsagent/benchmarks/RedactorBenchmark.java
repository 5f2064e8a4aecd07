package dev.opsagent.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.redaction.Redactor;
import java.io.OutputStream;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A megabyte of a kind of text, without a secret in it, past fifty known secrets: 1 is 1 MB/s. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RedactorBenchmark {
  private static final int MEGABYTE = 1_000_000;
  private static final int SECRETS = 50;

  @Param({"build log", "JSON", "base64"})
  public String text = "build log";

  private Redactor redactor = Redactor.of(Map.of());
  private byte[] bytes = {};

  @Setup
  public void prepare() {
    Random random = new Random(1);
    Map<String, String> secrets = new TreeMap<>();
    for (int i = 0; i < SECRETS; i++) {
      byte[] drawn = new byte[24];
      random.nextBytes(drawn);
      secrets.put("secret-" + i, Base64.getEncoder().encodeToString(drawn));
    }
    redactor = Redactor.of(secrets);
    bytes = text(random);
  }

  private byte[] text(Random random) {
    StringBuilder made = new StringBuilder();
    while (made.length() < MEGABYTE) {
      made.append(line(made.length(), random)).append('\n');
    }
    return made.substring(0, MEGABYTE).getBytes(UTF_8);
  }

  private String line(int number, Random random) {
    return switch (text) {
      case "JSON" ->
          """
          {"taskId":"deploy-%d","state":"RUNNING","at":"2026-01-01T00:00:00Z","detail":"a \\"%d\\" b"}\
          """
              .formatted(number, random.nextInt());
      case "base64" -> {
        byte[] drawn = new byte[57];
        random.nextBytes(drawn);
        yield Base64.getEncoder().encodeToString(drawn);
      }
      default ->
          "[INFO] %d Compiling module org.example.shop (src/main/java/org/example/%x/Cart.java) 1%% of 7"
              .formatted(number, random.nextInt());
    };
  }

  @Benchmark
  public Object aMegabyte() {
    try (Redactor.Flow flow = redactor.flow(OutputStream.nullOutputStream())) {
      flow.write(bytes, 0, bytes.length);
      return flow;
    }
  }
}
