package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.TestBroker;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose topics or files are not as they must be. */
class WorkerRefusalTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void topicsWithWrongSettingsAreRefusedWithTheCommandsThatCorrectThem() throws Exception {
    String prefix = TestBroker.unique("refused");
    Topics topics = Topics.of(Optional.of(prefix), Optional.empty());
    create(
        new NewTopic(topics.tasks(), 3, (short) 1).configs(Map.of("cleanup.policy", "compact")),
        new NewTopic(topics.control(), 2, (short) 1));

    int exitCode =
        execute(
            "worker",
            "--bootstrap",
            TestBroker.bootstrap(),
            "--topic-prefix",
            prefix,
            "--data",
            folder.toString(),
            "--signatures",
            "off",
            "--http-port",
            "0");

    assertThat(exitCode).isEqualTo(ExitCode.USAGE.code());
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("cleanup.policy is compact, wanted delete")
        .contains("kafka-configs.sh --alter --entity-type topics --entity-name " + topics.tasks())
        .contains("partitions is 2, wanted 3 as " + topics.tasks() + " has")
        .contains("kafka-topics.sh --alter --topic " + topics.control() + " --partitions 3");
  }

  @Test
  void environmentsThatAreUnsoundAreRefusedBeforeAnyBrokerIsAsked() throws Exception {
    Files.writeString(
        folder.resolve("environments.yaml"),
        "version: 1\nenvironments:\n  - {name: a, kind: dev, runtime: docker, promotesFrom: b}\n");
    Files.writeString(
        folder.resolve("ops-agent.yaml"),
        """
        environments: {file: environments.yaml}
        bootstrap: 127.0.0.1:1
        """);

    int exitCode = execute("worker", "--data", folder.toString(), "--http-port", "0");

    assertThat(exitCode).isEqualTo(ExitCode.USAGE.code());
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("could not use the environments:")
        .contains("environments.yaml:3:43: environments[0].promotesFrom names no environment");
  }

  private int execute(String... arguments) {
    Surroundings around =
        new Surroundings(
            Map.of(),
            folder,
            folder,
            InputStream.nullInputStream(),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false,
            InstantSource.system());
    return OpsAgentCli.commandLine(around).execute(arguments);
  }

  private static void create(NewTopic... topics) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", TestBroker.bootstrap()))) {
      admin.createTopics(List.of(topics)).all().get();
    }
  }
}
