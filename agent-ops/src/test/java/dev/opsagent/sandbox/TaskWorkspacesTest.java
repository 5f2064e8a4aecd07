package dev.opsagent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TaskWorkspacesTest {
  @TempDir Path data;

  @Test
  void aTaskHasAPrivateFolderThatIsTheSameEveryTime() throws IOException {
    TaskWorkspaces workspaces = new TaskWorkspaces(data);
    Path folder = workspaces.of("task-1");
    Files.writeString(folder.resolve("checkout/file"), "kept");
    assertThat(workspaces.of("task-1")).isEqualTo(folder);
    assertThat(folder.resolve("checkout/file")).hasContent("kept");
    assertThat(folder.resolve("artifacts")).isDirectory();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void noIdLeavesTheDataDirectoryOrMeetsAnother() {
    TaskWorkspaces workspaces = new TaskWorkspaces(data);
    List<String> ids =
        List.of("..", ".", "a", "A", "a:b", "a_3ab", "a_b", "a/../../b", "A".repeat(128), "ä", "");
    List<Path> folders = ids.stream().map(workspaces::of).toList();
    assertThat(folders).doesNotHaveDuplicates();
    assertThat(folders).allMatch(f -> data.resolve("workspaces").equals(f.normalize().getParent()));
    assertThat(folders).allMatch(f -> f.getFileName().toString().matches("[a-z0-9_-]{1,160}"));
  }

  @Test
  void deletingFollowsNoLink() throws IOException {
    TaskWorkspaces workspaces = new TaskWorkspaces(data);
    Path outside = Files.createDirectory(data.resolve("outside"));
    Files.writeString(outside.resolve("file"), "kept");
    Path folder = workspaces.of("t");
    Files.createSymbolicLink(folder.resolve("checkout/folder"), outside);
    Files.createSymbolicLink(folder.resolve("checkout/file"), outside.resolve("file"));
    Files.createSymbolicLink(folder.resolve("checkout/dangling"), data.resolve("nowhere"));
    workspaces.delete("t");
    workspaces.delete("t");
    assertThat(folder).doesNotExist();
    assertThat(outside.resolve("file")).hasContent("kept");
  }

  @Test
  void deletingTakesReadOnlyAndVeryDeepFolders() throws IOException {
    TaskWorkspaces workspaces = new TaskWorkspaces(data);
    Path folder = workspaces.of("t");
    Path deep = folder;
    for (int i = 0; i < 300; i++) {
      deep = Files.createDirectory(deep.resolve("d"));
      Files.writeString(deep.resolve("f"), "x");
    }
    try (Stream<Path> all = Files.walk(folder.resolve("d"))) {
      for (Path path : all.filter(Files::isDirectory).toList().reversed()) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r-x------"));
      }
    }
    workspaces.delete("t");
    assertThat(folder).doesNotExist();
  }
}
