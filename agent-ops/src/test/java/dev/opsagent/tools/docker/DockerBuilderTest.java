package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.RegistryServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DockerBuilderTest {
  @TempDir Path scratch;
  private TestingEngine engine = new TestingEngine(Path.of(""));
  private final DockerBuilder builder =
      new DockerBuilder(System.getenv(), UnaryOperator.identity());

  @BeforeEach
  void require() throws IOException {
    engine = new TestingEngine(scratch);
    engine.require();
  }

  @AfterEach
  void removeImages() {
    engine.removeImages();
  }

  @Test
  void aQuestionThatIsInterruptedIsAnsweredAllTheSame() throws IOException {
    String id = engine.build("LABEL asked=yes");
    Thread.currentThread().interrupt();

    var found = builder.image(id);

    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    assertThat(ok(found).orElseThrow().labels()).containsEntry("asked", "yes");
  }

  @Test
  void anImageThatIsNotThereIsNone() {
    assertThat(ok(builder.image("ops-agent-test/never:1"))).isEmpty();
    assertThat(ok(builder.find(Map.of("ops-agent-test", "never")))).isEmpty();
  }

  @Test
  void anEngineThatDoesNotAnswerIsAPassingFailure() {
    var nowhere =
        new DockerBuilder(
            Map.of("DOCKER_HOST", "unix://" + scratch.resolve("no.sock")),
            UnaryOperator.identity());

    Failure failure = no(nowhere.image("web:1"));

    assertThat(failure.retryable()).isTrue();
    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_FAILED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:5000/web", "localhost/web", "[::1]:5000/web"})
  void aRegistryOfThisMachineNeedsNoLogin(String name) {
    assertThat(ok(registry(Map.of()).accepts(name))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"registry.example.com/web", "127.0.0.1.example.com/web", "localhost.evil/web"})
  void anotherRegistryNeedsTheOperatorsLogin(String name) throws IOException {
    Files.writeString(
        scratch.resolve("config.json"),
        "{\"auths\": {\"registry.example.com\": {\"auth\": \"b3BzOmh1c2g=\"}}}");
    Map<String, String> logins = Map.of("DOCKER_CONFIG", scratch.toString());

    Failure failure = no(registry(Map.of("DOCKER_CONFIG", "/nonexistent")).accepts(name));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(failure.fix()).startsWith("docker login ");
    if (name.startsWith("registry.example.com")) {
      assertThat(ok(registry(logins).accepts(name))).isTrue();
    } else {
      assertThat(no(registry(logins).accepts(name)).toString()).doesNotContain("hush");
    }
  }

  @Test
  void whatARegistryDoesNotHaveIsAbsentAndOneThatIsGoneIsUnknown() throws IOException {
    RegistryServer server = RegistryServer.start(scratch);
    String reference = server.host() + "/web:1";
    assertThat(ok(registry(Map.of()).published(reference))).isEmpty();
    server.close();
    assertThat(no(registry(Map.of()).published(reference)).retryable()).isTrue();
  }

  private static DockerRegistry registry(Map<String, String> environment) {
    Map<String, String> all = new java.util.HashMap<>(System.getenv());
    all.putAll(environment);
    return new DockerRegistry(all);
  }
}
