package dev.opsagent.operations.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedFilesTest {
  private static final String RAISED = "{\"version\":\"1.0.1\"}";

  @TempDir Path folder;

  @Test
  void committedRaisedAndDeclaredGeneratedFilesMayBePacked() {
    assertThatCode(() ->
            check(
                List.of("dist/index.js", "build"),
                "package/index.js=hello",
                "package/package.json=" + RAISED,
                "package/dist/index.js=made",
                "package/dist/chunk.js=made",
                "package/build/a/b.js=made"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "package/.env=SECRET,.env (owner: Ops) is not in the commit",
    "package/dist/.env=SECRET,dist/.env (owner: Ops) is not in the commit",
    "package/index.js=edited,index.js (owner: Engineer) differs from the commit",
    "package/new.js=planted,new.js (owner: Engineer) is not in the commit",
    "package/target/x.js=made,target/x.js (owner: generated) is not in the commit",
    "package/package.json={},differs from what the release commits",
    "package/../evil=x,is not a plain file of the package",
    "other/index.js=hello,is not a plain file of the package",
    "package/a\\b=x,is not a plain file of the package",
  })
  void anythingElseIsForeign(String entry, String message) {
    assertThatThrownBy(() -> check(List.of("dist"), entry))
        .isInstanceOfSatisfying(
            Stopped.class,
            stopped -> {
              assertThat(stopped.failure().code()).isEqualTo(ReasonCode.FOREIGN_CHANGE);
              assertThat(stopped.failure().cause()).contains(message);
            });
  }

  @Test
  void aLinkIsRefused() throws IOException {
    Path tarball = folder.resolve("link.tgz");
    try (var tar = tar(tarball)) {
      var link = new TarArchiveEntry("package/index.js", TarArchiveEntry.LF_SYMLINK);
      link.setLinkName("/etc/passwd");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
    assertThatThrownBy(() -> packed(List.of()).check(tarball)).isInstanceOf(Stopped.class);
  }

  @Test
  void aFilePackedTwiceIsRefused() {
    assertThatThrownBy(() -> check(List.of(), "package/index.js=hello", "package/index.js=hello"))
        .hasMessageContaining("twice");
  }

  @Test
  void aTarballWithoutAManifestIsRefused() {
    assertThatThrownBy(() -> check(List.of(), "package/index.js=hello"))
        .hasMessageContaining("no package.json");
  }

  @Test
  void blobIdsAreGits() {
    assertThat(PackedFiles.blobId("hello\n".getBytes(UTF_8)))
        .isEqualTo("ce013625030ba8dba906f756967f9e9ca394464a");
  }

  private void check(List<String> declared, String... entries) throws IOException, Stopped {
    Path tarball = folder.resolve("package.tgz");
    try (var tar = tar(tarball)) {
      for (String entry : entries) {
        int split = entry.indexOf('=');
        byte[] content = entry.substring(split + 1).getBytes(UTF_8);
        var header = new TarArchiveEntry(entry.substring(0, split), true);
        header.setSize(content.length);
        tar.putArchiveEntry(header);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    packed(declared).check(tarball);
  }

  private static TarArchiveOutputStream tar(Path tarball) throws IOException {
    return new TarArchiveOutputStream(
        new GzipCompressorOutputStream(Files.newOutputStream(tarball)), "UTF-8");
  }

  private static PackedFiles packed(List<String> declared) {
    return new PackedFiles(
        OwnershipMap.standard(),
        Map.of("index.js", PackedFiles.blobId("hello".getBytes(UTF_8)), "package.json", "0"),
        Map.of("package.json", RAISED.getBytes(UTF_8)),
        declared);
  }
}
