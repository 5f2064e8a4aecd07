package dev.opsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.Readme;
import dev.opsagent.testing.TestKeys;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The examples of README, word for word, against a broker and a worker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForeignClientsTest {
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir static Path folder;
  private Path key;
  private final Readme readme = Readme.read();
  private EmbeddedBroker broker;
  private LocalWorker worker;

  /** README tells the plain names of the topics, so the broker is this test's own. */
  @BeforeAll
  void start() throws Exception {
    key = TestKeys.file("pm", folder);
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    worker = LocalWorker.start(broker.bootstrap(), "", folder.resolve("data"));
  }

  @AfterAll
  void end() {
    worker.close();
    broker.close();
  }

  @Test
  void kcatSendsATaskInStructuredModeAndReadsItsReports() throws Exception {
    Peers.require("kcat", "apt-get install kcat");
    PackageRemote remote = PackageRemote.create(folder, "for-kcat");
    Path script = Files.writeString(folder.resolve("example.sh"), readme.example("kcat"));

    String said = run(List.of("sh", script.toString()), remote, "kcat-1");

    assertThat(said).contains("\"taskId\":\"kcat-1\"", "\"state\":\"SUCCEEDED\"");
    List<String> read =
        Files.readAllLines(folder.resolve("kcat-1.reports")).stream()
            .map(line -> line.substring("kcat-1 ".length()))
            .toList();
    assertThat(read)
        .containsExactlyElementsOf(
            worker.reports("kcat-1").stream().map(ForeignClientsTest::json).toList());
    assertThat(remote.tags()).containsExactly("v1.0.1");
  }

  @Test
  void pythonSendsATaskInBinaryModeAndReadsItsReports() throws Exception {
    Peers.require(
        "confluent_kafka of " + PYTHON,
        ForeignClientsTest::pythonSpeaksKafka,
        "apt-get install python3-confluent-kafka python3-cryptography");
    PackageRemote remote = PackageRemote.create(folder, "for-python");
    Path script = Files.writeString(folder.resolve("example.py"), readme.example("python"));

    String said = run(List.of(PYTHON, script.toString()), remote, "python-1");

    List<StatusReport> reports = worker.reports("python-1");
    assertThat(said.lines().map(line -> line.split(" ", 2)[0]))
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, reports.size()).mapToObj(Long::toString).toList());
    assertThat(said.lines().toList().getLast()).startsWith(reports.size() + " SUCCEEDED");
    assertThat(remote.tags()).containsExactly("v1.1.0");
  }

  @Test
  void metricsAndHealthAreAsTheReadmeSays() {
    String metrics = worker.http("/metrics");

    for (String row : readme.table("| metric | labels | tells |")) {
      String name = Readme.cells(row).getFirst().replace("`", "");
      boolean onlyAfterWork =
          Stream.of("_tasks_total", "_task_", "_step_", "_input_").anyMatch(name::contains);
      assertThat(onlyAfterWork || metrics.contains(name)).as(name).isTrue();
    }
    assertThat(worker.http("/livez")).contains("\"live\":true");
    assertThat(worker.http("/readyz")).contains("\"ready\":true");
  }

  /** What README calls ./ops-agent, without its build. */
  private static String program() {
    String classes =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(it -> Path.of(it).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    return "%s/bin/java -cp %s dev.opsagent.cli.OpsAgentCli"
        .formatted(System.getProperty("java.home"), classes);
  }

  private static String json(StatusReport report) {
    return new String(Json.write(report), StandardCharsets.UTF_8);
  }

  private static boolean pythonSpeaksKafka() {
    try {
      return new ProcessBuilder(PYTHON, "-c", "import confluent_kafka, cryptography")
              .start()
              .waitFor()
          == 0;
    } catch (IOException absent) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Runs a script with what README leaves to its reader, and returns what it printed. */
  private String run(List<String> command, PackageRemote remote, String task) throws Exception {
    File output = folder.resolve(task + ".output").toFile();
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("BOOTSTRAP", worker.bootstrap);
    builder.environment().put("REPOSITORY", remote.folder().toString());
    builder.environment().put("TASK", task);
    builder.environment().put("OPS_AGENT", program());
    builder.environment().put("OPS_AGENT_KEY", key.toString());
    builder.environment().put("KEY", key.toString());
    Process process = builder.redirectErrorStream(true).redirectOutput(output).start();
    boolean ended = process.waitFor(Duration.ofMinutes(3));
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    String said = Files.readString(output.toPath());
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
