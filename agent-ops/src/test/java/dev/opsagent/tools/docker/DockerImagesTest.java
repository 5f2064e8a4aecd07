package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Images.Pinned;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.BusyboxImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerImagesTest {
  @TempDir static Path scratch;
  private static TestingEngine engine = new TestingEngine(Path.of(""));

  @BeforeAll
  static void makeImage() throws IOException {
    engine = new TestingEngine(scratch);
    engine.require();
  }

  @AfterAll
  static void removeImages() {
    engine.removeImages();
  }

  @Test
  void anImageThatWasNeverPushedIsPinnedByItsId() {
    String id = engine.inspect(BusyboxImage.NAME, "{{.Id}}");

    assertThat(ok(images().pin(BusyboxImage.NAME))).isEqualTo(new Pinned(id, id));
    assertThat(ok(images().pin(id))).isEqualTo(new Pinned(id, id));
  }

  @Test
  void aTagThatMovesOnLeavesWhatWasPinnedBefore() throws Exception {
    String tag = "ops-agent-test/moving:latest";
    String first = engine.build("LABEL one=1");
    engine.docker("tag", first, tag);
    Pinned pinned = ok(images().pin(tag));
    engine.docker("tag", engine.build("LABEL two=2"), tag);

    assertThat(pinned.reference()).isEqualTo(first);
    assertThat(ok(images().pin(tag)).reference()).isNotEqualTo(first);
    engine.docker("image", "rm", tag);
  }

  @Test
  void anIdThatTheEngineDoesNotHaveIsNoImage() {
    assertThat(no(images().pin("sha256:" + "0".repeat(64))).code())
        .isEqualTo(ReasonCode.PRECONDITION_FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "busybox", "localhost:5000/web", "web@sha256:12", "../x:1", "a b:1", "x:\n"})
  void aReferenceThatNamesNoTagAndNoDigestIsRefused(String reference) {
    assertThat(no(images().pin(reference)).code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
  }

  @Test
  void theDigestIsTheOneOfTheRepositoryThatWasNamed() {
    String one = "sha256:" + "1".repeat(64);
    String other = "sha256:" + "2".repeat(64);
    var image =
        new Engine.LocalImage(
            "sha256:" + "3".repeat(64),
            List.of("mirror:5000/web@" + other, "web@" + one),
            List.of());

    assertThat(ImageStore.pinned("web:1", image)).contains("web@" + one);
    assertThat(ImageStore.pinned("docker.io/library/web:1", image)).contains("web@" + one);
    assertThat(ImageStore.pinned("mirror:5000/web:1", image)).contains("mirror:5000/web@" + other);
    assertThat(ImageStore.pinned("elsewhere/web:1", image)).isEmpty();
  }

  @Test
  void anEngineThatDoesNotAnswerIsAPassingFailure() {
    var images =
        new DockerImages(java.util.Map.of("DOCKER_HOST", "unix://" + scratch.resolve("no.sock")));

    Answer<Pinned> answer = images.pin("web:1");

    assertThat(no(answer).code()).isEqualTo(ReasonCode.TOOL_FAILED);
    assertThat(no(answer).retryable()).isTrue();
  }

  private static DockerImages images() {
    return new DockerImages(System.getenv());
  }
}
