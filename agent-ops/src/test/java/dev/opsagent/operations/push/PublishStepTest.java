package dev.opsagent.operations.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Integrity;
import dev.opsagent.operations.push.PushParameters.Publish;
import dev.opsagent.protocol.Deliverable.PublicationStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.testing.ManualPace;
import dev.opsagent.testing.ShelfRegistry;
import dev.opsagent.tools.git.GitRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PublishStepTest {
  private static final byte[] PACKED = "packed".getBytes(UTF_8);
  private static final byte[] OTHER = "other".getBytes(UTF_8);

  @TempDir Path data;
  private final ShelfRegistry registry = new ShelfRegistry();
  private final ManualPace pace = new ManualPace();
  private Optional<String> previous = Optional.of("1.0.0");
  private Path tarball;

  @BeforeEach
  void pack() throws IOException {
    registry.next = "1.0.1";
    Path folder = new TaskWorkspaces(data).of("task-1").resolve("artifacts");
    tarball = Files.write(folder.resolve("sample-1.0.1.tgz"), PACKED);
  }

  @Test
  void aGatewayTimeoutThatWentOutYetIsFoundByTheProbe() {
    registry.answersGatewayTimeout = true;

    assertThat(step("latest").apply(context())).isInstanceOf(Outcome.Failed.class);
    assertThat(step("latest").probe(context())).isInstanceOf(Probe.Satisfied.class);
  }

  @Test
  void theListingMayLagBehindTheSuccess() {
    registry.hidesNews = true;
    pace.meanwhile = () -> registry.hidesNews = pace.nanoTime() < Duration.ofSeconds(5).toNanos();

    assertThat(step("latest").apply(context())).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void whatWasAcceptedAndIsNeverListedIsUnknownAndNotMissing() {
    registry.hidesNews = true;

    assertThat(step("latest").apply(context()))
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.failure().retryable()).isTrue());
    assertThat(step("latest").probe(context())).isInstanceOf(Probe.Unknown.class);
    assertThat(step("latest").undo(context())).isInstanceOf(Undo.UndoFailed.class);
  }

  @Test
  void otherBytesUnderTheVersionAreAConflictAndLeftAlone() {
    registry.put("1.0.1", "latest", OTHER);

    assertConflict();
    assertThat(step("latest").undo(context())).isInstanceOf(Undo.Undone.class);
    assertThat(registry.deprecated).isEmpty();
  }

  @Test
  void servedBytesThatDifferFromTheListedOnesAreAConflict() {
    registry.put("1.0.1", "latest", PACKED);
    registry.served.put("1.0.1", OTHER);

    assertConflict();
  }

  @Test
  void aRegistryThatIsDownIsAskedAgain() {
    registry.silent = true;

    assertThat(step("latest").probe(context()))
        .isInstanceOfSatisfying(
            Probe.Unknown.class, unknown -> assertThat(unknown.failure().retryable()).isTrue());
  }

  @Test
  void aTarballThatChangedInTheWorkspaceIsNotPublished() throws IOException {
    Files.write(tarball, OTHER);

    assertThat(step("latest").apply(context())).isInstanceOf(Outcome.Failed.class);
    assertThat(registry.versions).isEmpty();
  }

  @Test
  void theFirstVersionKeepsLatestWhenItIsWithdrawn() {
    step("latest").apply(context());

    assertWithdrawn(
        step("latest").undo(context()),
        "npm:sample@1.0.1 on the registry, deprecated",
        "dist-tag latest of sample still names 1.0.1: there is no other version to name");
    assertThat(registry.deprecated).containsExactly("1.0.1");
  }

  @Test
  void aTagOfItsOwnIsRemovedWhenNothingHadItBefore() {
    previous = Optional.empty();
    registry.put("1.0.0", "latest", OTHER);
    step("next").apply(context());

    assertWithdrawn(step("next").undo(context()), "npm:sample@1.0.1 on the registry, deprecated");
    assertThat(registry.tags).containsExactlyEntriesOf(Map.of("latest", "1.0.0"));
  }

  @Test
  void latestGoesBackToTheBestVersionThatIsLeft() {
    registry.put("0.9.0", "latest", OTHER);
    registry.put("1.0.0", "latest", OTHER);
    registry.put("1.0.1-rc.1", "rc", OTHER);
    registry.deprecated.add("1.0.0");
    step("latest").apply(context());

    step("latest").undo(context());

    assertThat(registry.tags).containsEntry("latest", "0.9.0");
  }

  private static void assertWithdrawn(Undo undo, String... remains) {
    Undo.Remains withdrawn = (Undo.Remains) undo;
    assertThat(withdrawn.remains()).containsExactly(remains);
    assertThat(withdrawn.deliverables())
        .singleElement()
        .isInstanceOfSatisfying(
            PublicationStatus.class, status -> assertThat(status.withdrawn()).isTrue());
  }

  private void assertConflict() {
    assertThat(step("latest").probe(context()))
        .isInstanceOfSatisfying(
            Probe.Conflicting.class,
            conflict ->
                assertThat(conflict.failure())
                    .extracting(Failure::code)
                    .isEqualTo(ReasonCode.INTEGRITY_MISMATCH));
  }

  private Step step(String tag) {
    var parameters = new Publish(Optional.empty(), Optional.of(tag), Optional.empty());
    var readback = new Readback(Duration.ofSeconds(1), Duration.ofSeconds(30), pace);
    var sources =
        new ReleaseSource(
            new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
            new TaskWorkspaces(data),
            OwnershipMap.standard());
    return new GuardedStep(
        "publish", Optional.empty(), new PublishStep(sources, registry, parameters, readback));
  }

  private StepContext context() {
    return SampleRelease.context(
        previous,
        Map.of(
            PackStep.INTEGRITY,
            Integrity.of(PACKED),
            CommitStep.COMMIT,
            "1".repeat(40),
            CommitStep.TAG_OBJECT,
            "2".repeat(40)));
  }
}
