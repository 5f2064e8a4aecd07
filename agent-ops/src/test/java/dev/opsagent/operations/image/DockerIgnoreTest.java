package dev.opsagent.operations.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.operations.Stopped;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.MarkedImages;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DockerIgnoreTest {
  private static final List<String> FILES =
      List.of(
          "a.md",
          "keep.md",
          "sub/b.md",
          "sub/deep/c.md",
          "sub/deep/d.txt",
          "logs/today",
          "node_modules/x/index.js",
          "lib/node_modules/y.js",
          "src/main.c",
          "src/main.o",
          "src/x/main.o",
          "file1",
          "file2",
          "filex",
          "a+b",
          "a.b",
          "axb",
          "[odd]",
          ".hidden",
          "build/keep/me",
          "build/drop");

  @BeforeAll
  static void makeImage(@TempDir Path folder) throws IOException {
    MarkedImages.require(folder);
  }

  @AfterAll
  static void removeImage(@TempDir Path folder) {
    MarkedImages.forget(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "*.md, a.md, true",
    "*.md, sub/b.md, false",
    "**/*.md, a.md, true",
    "**/*.md, sub/deep/c.md, true",
    "sub, sub/deep/c.md, true",
    "/sub/, sub/b.md, true",
    "./sub/../sub, sub/b.md, true",
    "sub/*/c.md, sub/deep/c.md, true",
    "*/*.md, sub/deep/c.md, false",
    "file?, file1, true",
    "file?, file, false",
    "file[0-9], file2, true",
    "file[^0-9], file2, false",
    "a.b, axb, false",
    "a+b, a+b, true",
    "**, anything/at/all, true",
    "sub/**, sub/b.md, true",
    "sub/**/c.md, sub/c.md, true",
    "., a.md, false"
  })
  void aPatternIsReadAsDockerReadsIt(String pattern, String path, boolean ignored) throws Stopped {
    assertThat(ignore(pattern).ignores(path)).isEqualTo(ignored);
  }

  @Test
  void theLastWordHolds() throws Stopped {
    DockerIgnore ignore = ignore("# all of it\n\n*.md\n!keep*.md\nkeep-not.md\n");
    assertThat(ignore.ignores("a.md")).isTrue();
    assertThat(ignore.ignores("keep.md")).isFalse();
    assertThat(ignore.ignores("keep-not.md")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[a", "a\\", "!", "[a-"})
  void whatIsNoPatternIsRefusedWithItsLine(String pattern) {
    assertThatThrownBy(() -> ignore("*.md\n" + pattern)).hasMessageContaining("line 2");
  }

  @Test
  @Timeout(20)
  void aHostilePatternTakesNoTime() throws Stopped {
    String pattern = "**/a*".repeat(200) + "b";
    assertThat(ignore(pattern).ignores("a/".repeat(2000) + "c")).isFalse();
  }

  /** The judge is the engine's own client. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "*.md\n!keep.md",
        "**/*.md\n!sub/deep",
        "node_modules\nlogs/\n/src/*.o",
        "**/node_modules\n**/*.o\nfile[0-9]",
        "*\n!src\n!a*",
        "build\n!build/keep\na+b\na.b",
        "\\[odd\\]\n.*\nsub/**/c.md\nsub*/d*",
        "s**c\nbuild/**",
        "logs\n!**/today",
        "**\n!sub/**\n**/c.md",
        "sub\n!sub/deep/d.txt\n!*.c"
      })
  void aContextHoldsWhatTheEnginesClientWouldSend(String patterns, @TempDir Path folder)
      throws Stopped {
    Path context = folder.resolve("context");
    FILES.forEach(file -> GitProgram.write(context.resolve(file), "x"));
    GitProgram.write(context.resolve(".dockerignore"), patterns);
    GitProgram.write(
        context.resolve("Dockerfile"), "FROM " + BusyboxImage.NAME + "\nCOPY . /all/\n");

    assertThat(sent(folder, context)).isEqualTo(kept(patterns));
  }

  private static Set<String> sent(Path folder, Path context) {
    TestingPrograms programs = TestingPrograms.ofTheMachine();
    Map<String, String> classic = Map.of("DOCKER_BUILDKIT", "0");
    String id =
        BusyboxImage.run(
                programs, folder, classic, "docker", "build", "--quiet", context.toString())
            .strip();
    String listed =
        BusyboxImage.run(
            programs,
            folder,
            Map.of(),
            "docker",
            "run",
            "--rm",
            id,
            "/bin/busybox",
            "find",
            "/all",
            "-type",
            "f");
    BusyboxImage.run(programs, folder, Map.of(), "docker", "image", "rm", "--force", id);
    TreeSet<String> files = new TreeSet<>();
    listed.lines().map(line -> line.substring("/all/".length())).forEach(files::add);
    // Docker sends both whatever the patterns say, and its build may not see them afterwards.
    files.removeAll(List.of("Dockerfile", ".dockerignore"));
    return files;
  }

  private static Set<String> kept(String patterns) throws Stopped {
    DockerIgnore ignore = ignore(patterns);
    TreeSet<String> files = new TreeSet<>(FILES);
    files.removeIf(ignore::ignores);
    return files;
  }

  private static DockerIgnore ignore(String text) throws Stopped {
    return DockerIgnore.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
