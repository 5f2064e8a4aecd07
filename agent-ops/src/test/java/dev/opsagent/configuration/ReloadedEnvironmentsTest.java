package dev.opsagent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadedEnvironmentsTest {
  private static final String STAGING =
      """
      version: 1
      environments:
        - {name: staging, kind: staging, runtime: docker}
      """;
  private static final String BOTH =
      STAGING + "  - {name: live, kind: production, runtime: docker, promotesFrom: staging}\n";

  @TempDir Path folder;

  private Instant modified = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  void withoutAFileEnvironmentsAreLocalOnesThatAllowAllThatNeedsNoDeclaration() {
    Reloaded<Environments> environments = open("environments: [local, staging]\n");

    assertThat(environments.get().names()).containsExactly("local", "staging");
    assertThat(environments.get().all())
        .allSatisfy(it -> {
          assertThat(it.kind()).isEqualTo(Kind.LOCAL);
          assertThat(it.runtimes())
              .containsExactly(RuntimeKind.PROCESS, RuntimeKind.DOCKER, RuntimeKind.COMPOSE);
          assertThat(it.isProtected()).isFalse();
        });
    assertThat(wall(environments, "local")).isEqualTo(Wall.NONE);
    assertThat(wall(environments, "staging")).isEqualTo(Wall.LANDLOCK);
    assertThat(environments.fault()).isEmpty();
  }

  @Test
  void aChangedFileCountsFromTheNextQuestionOn() throws IOException {
    write(STAGING);
    Reloaded<Environments> environments = open("environments: {file: environments.yaml}\n");
    assertThat(environments.get().names()).containsExactly("staging");

    write(BOTH);
    assertThat(environments.get().names()).containsExactly("staging", "live");
    assertThat(environments.get()).isSameAs(environments.get());
  }

  @Test
  void aFileThatBecameUnsoundChangesNothingUntilItIsCorrected() throws IOException {
    write(BOTH);
    Reloaded<Environments> environments = open("environments: {file: environments.yaml}\n");

    write(BOTH.replace("runtime: docker", "recovery: 16m, runtime: docker"));
    assertThat(environments.get().names()).containsExactly("staging", "live");
    assertThat(environments.fault().orElseThrow())
        .startsWith("the environments before the last change hold: ")
        .contains("environments.yaml:3:36: environments[0].recovery is out of")
        .endsWith(" (and 1 more)");

    Files.delete(folder.resolve("environments.yaml"));
    assertThat(environments.get().names()).containsExactly("staging", "live");
    assertThat(environments.fault().orElseThrow()).contains("the environments cannot be read");

    write(STAGING);
    assertThat(environments.fault()).isEmpty();
    assertThat(environments.get().names()).containsExactly("staging");
  }

  @Test
  void ofTheFileAndTheSettingTheStricterWallWins() throws IOException {
    write(BOTH.replace("promotesFrom: staging", "sandbox: bubblewrap"));
    Reloaded<Environments> environments =
        open(
            """
            environments: {file: environments.yaml}
            sandbox: {require: 'staging=bubblewrap,live=landlock'}
            """);
    assertThat(wall(environments, "staging")).isEqualTo(Wall.BUBBLEWRAP);
    assertThat(wall(environments, "live")).isEqualTo(Wall.BUBBLEWRAP);

    write(BOTH);
    assertThat(wall(environments, "staging")).isEqualTo(Wall.BUBBLEWRAP);
    assertThat(wall(environments, "live")).isEqualTo(Wall.LANDLOCK);
  }

  @Test
  void aFileThatIsUnsoundAtFirstIsRefusedWithAllThatIsWrong() throws IOException {
    write(STAGING.replace("docker", "docker, sandbox: none, recovery: 1h"));

    Answer<Reloaded<Environments>> opened =
        ReloadedEnvironments.open(configuration("environments: {file: environments.yaml}\n"));

    assertThat(opened).isInstanceOf(Answer.No.class);
    Failure failure = ((Answer.No<Reloaded<Environments>>) opened).failure();
    assertThat(failure.cause().lines())
        .hasSize(2)
        .allSatisfy(it -> assertThat(it).contains("environments.yaml:3:"));
  }

  private static Wall wall(Reloaded<Environments> environments, String name) {
    return environments.get().find(name).orElseThrow().sandbox();
  }

  /** Writes the file as if some time had passed: two writes may fall into one tick of its clock. */
  private void write(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("environments.yaml"), yaml);
    modified = modified.plus(Duration.ofSeconds(1));
    Files.setLastModifiedTime(file, FileTime.from(modified));
  }

  private Reloaded<Environments> open(String configuration) {
    Answer<Reloaded<Environments>> opened = ReloadedEnvironments.open(configuration(configuration));
    assertThat(opened).isInstanceOf(Answer.Ok.class);
    return ((Answer.Ok<Reloaded<Environments>>) opened).value();
  }

  private Configuration configuration(String yaml) {
    try {
      Files.writeString(folder.resolve("ops-agent.yaml"), yaml);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Loaded loaded =
        new ConfigurationSources(Map.of(), folder, folder).load(Optional.empty(), Map.of());
    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    return ((Loaded.Valid) loaded).configuration();
  }
}
