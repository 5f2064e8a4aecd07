package dev.opsagent.tools.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.execution.KnownTasks.Known;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MvKnownTasksTest {
  private static final long MOST = 1_000;
  private static final Instant ENDED = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("known").resolve("0.mv");
  }

  @Test
  void findsWhatWasPutAndNothingElse() throws Exception {
    try (MvKnownTasks tasks = MvKnownTasks.open(file, MOST)) {
      assertThat(tasks.find("task-1")).isEmpty();
      assertThat(tasks.checkpointed()).isZero();

      tasks.put("task-1", known("first"));
      tasks.put("task-1", known("second"));

      assertReport(tasks, "task-1", "second");
      assertThat(tasks.find("task-1").orElseThrow().payloadDigest()).isEqualTo("sha256:first-and");
    }
  }

  @Test
  void keepsWhatWasCheckpointedThroughTheDeathOfTheProcess() throws Exception {
    MvKnownTasks killed = MvKnownTasks.open(file, MOST);
    IntStream.range(0, 100).forEach(number -> killed.put("task-" + number, known("" + number)));
    killed.checkpoint(4711);
    killed.put("after", known("the checkpoint"));
    killed.closeAsKilled();

    try (MvKnownTasks tasks = MvKnownTasks.open(file, MOST)) {
      assertThat(tasks.checkpointed()).isEqualTo(4711);
      assertReport(tasks, "task-0", "0");
      assertReport(tasks, "task-99", "99");
    }
  }

  @Test
  void beginsAnewWhenItDiedBeforeTheFirstCheckpoint() throws Exception {
    MvKnownTasks killed = MvKnownTasks.open(file, MOST);
    killed.put("task-1", known("1"));
    killed.closeAsKilled();

    try (MvKnownTasks tasks = MvKnownTasks.open(file, MOST)) {
      assertThat(tasks.checkpointed()).isZero();
      tasks.put("task-2", known("2"));
      assertReport(tasks, "task-2", "2");
    }
  }

  @Test
  void makesRoomByForgettingTheOldest() throws Exception {
    try (MvKnownTasks tasks = MvKnownTasks.open(file, 10)) {
      IntStream.range(0, 15).forEach(number -> tasks.put("task-" + number, known("" + number)));

      assertThat(tasks.find("task-4")).isEmpty();
      assertReport(tasks, "task-5", "5");
      assertReport(tasks, "task-14", "14");
    }
  }

  @Test
  void deletesADamagedFileAndBeginsAnew() throws Exception {
    try (MvKnownTasks tasks = MvKnownTasks.open(file, MOST)) {
      IntStream.range(0, 100).forEach(number -> tasks.put("task-" + number, known("" + number)));
      tasks.checkpoint(100);
    }
    try (RandomAccessFile damage = new RandomAccessFile(file.toFile(), "rw")) {
      damage.write(
          "not an index".repeat((int) Files.size(file) / 12).getBytes(StandardCharsets.UTF_8));
    }

    try (MvKnownTasks tasks = MvKnownTasks.open(file, MOST)) {
      assertThat(tasks.checkpointed()).isZero();
      assertThat(tasks.find("task-1")).isEmpty();
      tasks.put("task-1", known("again"));
      assertReport(tasks, "task-1", "again");
    }
  }

  @Test
  void leavesTheFileOfAnotherWorkerAlone() throws Exception {
    try (MvKnownTasks tasks = MvKnownTasks.open(file, MOST)) {
      tasks.put("task-1", known("1"));

      assertThatThrownBy(() -> MvKnownTasks.open(file, MOST))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another worker");
      assertReport(tasks, "task-1", "1");
    }
  }

  private static Known known(String report) {
    return new Known("sha256:first-and", ENDED, report.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertReport(MvKnownTasks tasks, String taskId, String report) {
    assertThat(tasks.find(taskId).orElseThrow().lastReport())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(report);
  }
}
