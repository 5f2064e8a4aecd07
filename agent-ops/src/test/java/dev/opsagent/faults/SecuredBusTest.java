package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.opsagent.protocol.AccessDenied;
import dev.opsagent.protocol.ClientSettings;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.Readme;
import dev.opsagent.testing.TestKeys;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A broker with SASL_SSL and the ACLs that README tells, word for word. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecuredBusTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Topics TOPICS = Topics.DEFAULT;

  @TempDir static Path folder;
  private SecuredBroker broker;
  private WorkerProcess worker;

  @BeforeAll
  void start() throws Exception {
    List<List<String>> rows =
        Readme.read().table("| user | resource | names | operations |").stream()
            .map(Readme::cells)
            .toList();
    broker =
        SecuredBroker.start(
            folder.resolve("broker"),
            rows.stream().map(row -> plain(row.getFirst())).distinct().toList());
    try (Admin admin = Admin.create(broker.client(SecuredBroker.ADMIN))) {
      admin
          .createAcls(rows.stream().flatMap(row -> bindings(row).stream()).toList())
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    Path configuration = Files.writeString(folder.resolve("worker.yaml"), configuration());
    worker =
        WorkerProcess.start(
                new WorkerProcess.Command(
                    List.of(),
                    Map.of(
                        "KAFKA_SASL_JAAS_CONFIG",
                        String.valueOf(broker.security("ops-agent").get("sasl.jaas.config"))),
                    List.of(
                        RehearsalWorker.class.getName(),
                        configuration.toString(),
                        folder.resolve("data").toString(),
                        folder.resolve("world").toString())),
                folder,
                1)
            .awaitReady();
  }

  @AfterAll
  void end() {
    worker.close();
    broker.close();
  }

  private String configuration() {
    Map<String, String> security = broker.security("ops-agent");
    return """
    bootstrap: %s
    group: ops-agent
    http: {port: 0}
    environments: [local]
    topics: {partitions: 2, replication: 1}
    kafka:
      security.protocol: %s
      sasl.mechanism: %s
      sasl.jaas.config: '%s'
      ssl.truststore.type: PEM
      ssl.truststore.location: %s
    %s\
    """
        .formatted(
            broker.bootstrap(),
            security.get("security.protocol"),
            security.get("sasl.mechanism"),
            security.get("sasl.jaas.config"),
            security.get("ssl.truststore.location"),
            TestKeys.configuration(folder));
  }

  @Test
  void aWorkerAndThePmDoTheirWork() {
    try (OpsClient pm = client("pm")) {
      pm.dispatch(Orders.order("secured", "web")).toCompletableFuture().join();

      StatusReport end = pm.await("secured", PATIENCE);

      assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    }
  }

  @Test
  void whoMayNotDispatchCannot() {
    try (OpsClient qa = client("qa")) {
      Throwable refused =
          catchThrowable(
              () -> qa.dispatch(Orders.order("not-mine", "web")).toCompletableFuture().join());

      assertThat(refused).hasCauseInstanceOf(AccessDenied.class);
    }
    deniedToWrite("qa", TOPICS.tasks());
    deniedToWrite("qa", TOPICS.control());
  }

  @Test
  void nobodyButTheWorkersReadsTheLedgerOrWritesWhatTheySay() {
    for (String user : List.of("pm", "qa", "auditor")) {
      try (OpsClient client = client(user)) {
        assertThat(catchThrowable(() -> client.readAll(TOPICS.ledger(), Optional.empty(), _ -> {})))
            .as(user)
            .isInstanceOf(AccessDenied.class);
      }
      for (String topic :
          List.of(TOPICS.audit(), TOPICS.ledger(), TOPICS.status(), TOPICS.escalations())) {
        deniedToWrite(user, topic);
      }
    }
  }

  @Test
  void theAuditorReadsTheAudit() {
    try (OpsClient pm = client("pm")) {
      pm.dispatch(Orders.order("audited", "web")).toCompletableFuture().join();
      assertThat(pm.await("audited", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
    }
    try (OpsClient auditor = client("auditor")) {
      List<Long> offsets = new ArrayList<>();
      auditor.readAll(TOPICS.audit(), Optional.empty(), record -> offsets.add(record.offset()));

      assertThat(offsets).isNotEmpty();
      assertThat(catchThrowable(() -> auditor.readAll(TOPICS.tasks(), Optional.empty(), _ -> {})))
          .isInstanceOf(AccessDenied.class);
    }
  }

  private OpsClient client(String user) {
    String signer = user.equals("auditor") ? TestKeys.ANY : user;
    return new OpsClient(
        broker.client(user), TOPICS, ClientSettings.of("/" + user).signing(TestKeys.of(signer)));
  }

  private void deniedToWrite(String user, String topic) {
    Map<String, Object> properties = broker.client(user);
    properties.put("max.block.ms", 10_000);
    try (var producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      Throwable refused =
          catchThrowable(() ->
              producer.send(new ProducerRecord<>(topic, new byte[] {1})).get(30, TimeUnit.SECONDS));

      // Told of at once where the broker's refusal has already come, else by the send's future.
      assertThat(refused)
          .as("%s writes %s", user, topic)
          .isInstanceOfAny(ExecutionException.class, KafkaException.class)
          .hasCauseInstanceOf(AuthorizationException.class);
    }
  }

  private static List<AclBinding> bindings(List<String> row) {
    List<AclBinding> bindings = new ArrayList<>();
    ResourceType type =
        ResourceType.fromString(row.get(1).replace(' ', '_').toUpperCase(Locale.ROOT));
    for (String name : words(row.get(2))) {
      boolean prefix = name.endsWith("*");
      ResourcePattern resource =
          new ResourcePattern(
              type,
              prefix ? name.substring(0, name.length() - 1) : name,
              prefix ? PatternType.PREFIXED : PatternType.LITERAL);
      for (String operation : words(row.get(3))) {
        bindings.add(
            new AclBinding(
                resource,
                new AccessControlEntry(
                    "User:" + plain(row.getFirst()),
                    "*",
                    AclOperation.fromString(operation.replaceAll("([a-z])([A-Z])", "$1_$2")),
                    AclPermissionType.ALLOW)));
      }
    }
    return bindings;
  }

  private static List<String> words(String cell) {
    return Arrays.stream(cell.split(",", -1)).map(SecuredBusTest::plain).toList();
  }

  private static String plain(String cell) {
    return cell.replace("`", "").strip();
  }
}
