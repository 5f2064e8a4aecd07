package dev.opsagent.tools.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceCopyTest {
  @TempDir Path folder;
  private Path source = Path.of("");
  private Path target = Path.of("");

  @BeforeEach
  void fill() throws IOException {
    source = Files.createDirectories(folder.resolve("source")).toRealPath();
    target = Files.createDirectories(folder.resolve("target"));
    Files.createDirectories(source.resolve("app/.git/objects"));
    Files.createDirectories(source.resolve(".git"));
    Files.writeString(source.resolve(".git/config"), "secret");
    Files.writeString(source.resolve("app/main"), "text");
    Files.createSymbolicLink(source.resolve("app/link"), Path.of("main"));
  }

  @Test
  void filesAndLinksInsideAreCopiedButNoRepository() throws IOException {
    assertThat(new SourceCopy(source, target).run()).isEmpty();

    assertThat(target.resolve("app/link")).isSymbolicLink().hasContent("text");
    assertThat(target.resolve(".git")).doesNotExist();
    assertThat(target.resolve("app/.git")).doesNotExist();
  }

  @Test
  void aLinkThatLeadsOutIsRefused() throws IOException {
    Files.createSymbolicLink(source.resolve("app/out"), Path.of("../../target"));

    assertThat(new SourceCopy(source, target).run().orElseThrow()).contains("app/out");
  }

  @Test
  void aLinkThatLeadsOutByWayOfAnotherOneIsRefused() throws IOException {
    Files.createSymbolicLink(source.resolve("app/root"), Path.of(".."));
    Files.createSymbolicLink(source.resolve("app/inside"), Path.of("root/app/main"));
    assertThat(new SourceCopy(source, target).run()).isEmpty();
    Files.createSymbolicLink(source.resolve("app/out"), Path.of("root/../target"));

    assertThat(new SourceCopy(source, folder.resolve("again")).run().orElseThrow())
        .contains("app/out");
  }

  @Test
  void linksInACircleAreRefused() throws IOException {
    Files.createSymbolicLink(source.resolve("app/one"), Path.of("other"));
    Files.createSymbolicLink(source.resolve("app/other"), Path.of("one"));

    assertThat(new SourceCopy(source, target).run()).isPresent();
  }

  @Test
  void anAbsoluteLinkIsRefused() throws IOException {
    Files.createSymbolicLink(source.resolve("app/out"), Path.of("/etc/passwd"));

    assertThat(new SourceCopy(source, target).run()).isPresent();
  }
}
