package dev.opsagent.benchmarks;

import dev.opsagent.authority.trust.Admission;
import dev.opsagent.authority.trust.Trust;
import dev.opsagent.authority.trust.TrustReading;
import dev.opsagent.configuration.GatesFile;
import dev.opsagent.configuration.Reloaded;
import dev.opsagent.evidence.EvidenceTable;
import dev.opsagent.evidence.EvidenceTable.Piece;
import dev.opsagent.evidence.EvidenceTable.Unread;
import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.evidence.PolicyGate;
import dev.opsagent.execution.Gate.Question;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environments;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.EvidenceGlance;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.ReleaseTag;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.SecurityClearance;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one task costs until it is let in, with 100,000 pieces of evidence that all count: schema,
 * signature, policy and evidence, each alone and together; and what it costs to take all the
 * evidence in that lies on the topic when a worker starts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Threads(1)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls prepare() before anything else
public class GateBenchmark {
  private static final int PIECES = 100_000;
  private static final String REPOSITORY = "https://git.example.org/shop.git";
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private final EvidenceTable table = new EvidenceTable(2 * PIECES, 1000);
  private final List<ProducerRecord<byte[], byte[]>> evidence = new ArrayList<>();
  private PolicyGate gate;
  private Trust trust;
  private ProducerRecord<byte[], byte[]> task;
  private Incoming incoming;
  private Question question;

  /** Makes the evidence, the trust and the task. */
  @Setup
  public void prepare() {
    SigningKey key = SigningKey.generate();
    trust = trust(key);
    for (int i = 0; evidence.size() < PIECES; i++) {
      for (Evidence piece : about("%040x".formatted(i))) {
        evidence.add(signed(piece, piece.subject().commit(), key));
        table.put(new Piece(piece, "agents.context/0@" + evidence.size()));
      }
    }
    GatePolicy policy = policy();
    Environments environments = Environments.undeclared(List.of("production"));
    gate = new PolicyGate(() -> policy, () -> environments, table, _ -> Optional.empty(), true);
    TaskDispatch order =
        new TaskDispatch(
            "t-1",
            "push",
            new Target("production", "shop"),
            Optional.empty(),
            Json.mapper().createObjectNode().put("bump", "patch"),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty());
    task = signed(order, order.target().key(), key);
    incoming = EventCodec.read(task.value(), task.headers());
    question =
        new Question(
            order,
            Optional.of("pm"),
            Digests.sha256("plan"),
            List.of(Subject.commit(REPOSITORY, "%040x".formatted(4711))),
            List.of(),
            NOW);
    if (gate.judge(question).orElseThrow().evidence().size() < 3) {
      throw new IllegalStateException("production asks for three kinds");
    }
  }

  private static List<Evidence> about(String commit) {
    Evidence.Subject subject =
        new Evidence.Subject(
            REPOSITORY, commit, Optional.empty(), Optional.empty(), Optional.empty());
    Instant until = NOW.plus(Duration.ofDays(7));
    Evidence.Result passed = Evidence.Result.PASSED;
    return List.of(
        new QaResult(subject, "pm", 1, passed, NOW, until, Optional.empty()),
        new SecurityClearance(subject, "pm", 1, passed, NOW, until, Optional.empty()),
        new ReleaseTag(subject, "pm", 1, passed, NOW, until, Optional.empty(), "v1"));
  }

  private static ProducerRecord<byte[], byte[]> signed(
      dev.opsagent.protocol.Message message, String key, SigningKey by) {
    return EventCodec.sign(
        EventCodec.write("topic", null, key, message, "/pm", "id", NOW, Optional.empty()), by);
  }

  private static GatePolicy policy() {
    return switch (GatesFile.open(Optional.empty())) {
      case Answer.Ok<Reloaded<GatePolicy>>(Reloaded<GatePolicy> gates) -> gates.get();
      case Answer.No<Reloaded<GatePolicy>> no ->
          throw new IllegalStateException(no.failure().sentence());
    };
  }

  private static Trust trust(SigningKey key) {
    String yaml =
        """
        version: 1
        agents:
          - name: pm
            keys: [{id: %s, publicKey: %s}]
            dispatch: [{operations: ["*"], environments: ["*"]}]
            evidence: [qa.result, security.clearance, vcs.release-tag]
        """
            .formatted(key.id(), key.publicKey());
    TrustReading.Outcome read =
        TrustReading.read(
            Json.readYamlTree(yaml.getBytes(StandardCharsets.UTF_8)), Duration.ofHours(1));
    return switch (read) {
      case TrustReading.Outcome.Sound(Trust trust) -> trust;
      case TrustReading.Outcome.Unsound(var faults) ->
          throw new IllegalStateException(faults.toString());
    };
  }

  @Benchmark
  public Object schema() {
    return EventCodec.read(task.value(), task.headers());
  }

  @Benchmark
  public Object signature() {
    return trust.admit(incoming, NOW);
  }

  @Benchmark
  public Object policyAndEvidence() {
    return gate.judge(question);
  }

  /** All that stands between a record on the topic and the word that its task may run. */
  @Benchmark
  public Object wholeTask() {
    Incoming read = EventCodec.read(task.value(), task.headers());
    if (!(trust.admit(read, NOW) instanceof Admission.Admitted)) {
      throw new IllegalStateException("refused");
    }
    return gate.judge(question);
  }

  /** Takes in everything that lies on the topic when a worker starts. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  @Warmup(iterations = 2)
  @Measurement(iterations = 5)
  public Object restoreAll() {
    EvidenceTable fresh = new EvidenceTable(2 * PIECES, 1000);
    for (ProducerRecord<byte[], byte[]> record : evidence) {
      EvidenceGlance seen = EvidenceGlance.at(record.value(), record.headers()).orElseThrow();
      fresh.defer(new Unread(seen.subject(), seen.expiresAt(), () -> read(record)));
    }
    if (fresh.size() < PIECES) {
      throw new IllegalStateException("only " + fresh.size() + " were taken in");
    }
    return fresh;
  }

  private Optional<Piece> read(ProducerRecord<byte[], byte[]> record) {
    Incoming read = EventCodec.read(record.value(), record.headers());
    return trust.admit(read, NOW) instanceof Admission.Admitted
        ? Optional.of(new Piece((Evidence) read.message(), "agents.context/0@0"))
        : Optional.empty();
  }
}
