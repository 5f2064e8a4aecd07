package dev.opsagent.tools.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarballTest {
  private static final Tarball.Limits SMALL = new Tarball.Limits(5, 1000, 100);

  @TempDir Path folder;

  @Test
  void aPackageIsUnpackedWithoutItsOuterFolder() throws IOException {
    Path file = tarball(file("package/package.json", "{}"), program("package/bin/run", "#!/bin/x"));

    assertThat(unpack(file)).isEqualTo(new Answer.Ok<>(true));

    assertThat(target().resolve("package.json")).hasContent("{}");
    assertThat(target().resolve("bin/run")).isExecutable();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "package/../../evil",
        "/evil",
        "package//evil",
        "package/./evil",
        "package/..",
        "package/a\\..\\evil",
        "package/a\nb"
      })
  void aPathThatMayLeadOutIsRefused(String path) throws IOException {
    refused(tarball(file(path, "evil")));
  }

  @Test
  void anOverLongPathIsRefused() throws IOException {
    refused(tarball(file("package/" + "x".repeat(100), "evil")));
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_SYMLINK,
        TarConstants.LF_LINK,
        TarConstants.LF_CHR,
        TarConstants.LF_BLK,
        TarConstants.LF_FIFO
      })
  void whatIsNeitherFileNorFolderIsRefused(byte type) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("package/link", type);
    entry.setLinkName("/etc/passwd");

    refused(tarball(new Content(entry, "")));
  }

  @Test
  void twoEntriesOfOnePathAreRefused() throws IOException {
    refused(tarball(file("package/a", "1"), file("other/a", "2")));
  }

  @Test
  void tooManyEntriesAreRefused() throws IOException {
    refused(
        tarball(Stream.of(1, 2, 3, 4, 5, 6).map(n -> file("p/" + n, "x")).toArray(Content[]::new)));
  }

  @Test
  void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
    refused(tarball(file("package/a", "x".repeat(600)), file("package/b", "x".repeat(600))));

    assertThat(target().resolve("b")).doesNotExist();
  }

  @Test
  void whatIsNoTarballIsRefused() throws IOException {
    refused(Files.writeString(folder.resolve("text.tgz"), "no tarball"));
    refused(tarball());
  }

  @Test
  void anIntegrityIsComparedWithTheBytes() throws Exception {
    Path file = tarball(file("package/package.json", "{}"));
    Tarball tarball = new Tarball(file, SMALL);

    assertThat(tarball.verify(Packages.integrity(file))).isEqualTo(new Answer.Ok<>(true));
    assertThat(code(tarball.verify("sha512-AAAA"))).isEqualTo(ReasonCode.INTEGRITY_MISMATCH);
    assertThat(code(tarball.verify("crc32:1234"))).isEqualTo(ReasonCode.INTEGRITY_MISMATCH);
  }

  private void refused(Path file) throws IOException {
    assertThat(code(unpack(file))).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  private Answer<Boolean> unpack(Path file) throws IOException {
    return new Tarball(file, SMALL).unpack(Files.createDirectories(target()));
  }

  private Path target() {
    return folder.resolve("target");
  }

  private static ReasonCode code(Answer<Boolean> answer) {
    return switch (answer) {
      case Answer.Ok<Boolean> ok -> throw new AssertionError("unexpected " + ok);
      case Answer.No<Boolean> no -> no.failure().code();
    };
  }

  private record Content(TarArchiveEntry entry, String text) {}

  private static Content file(String path, String text) {
    return new Content(new TarArchiveEntry(path, true), text);
  }

  private static Content program(String path, String text) {
    Content content = file(path, text);
    content.entry().setMode(0100755);
    return content;
  }

  private Path tarball(Content... contents) throws IOException {
    Path file = Files.createTempFile(folder, "package", ".tgz");
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Content content : contents) {
        byte[] bytes = content.text().getBytes(StandardCharsets.UTF_8);
        content.entry().setSize(bytes.length);
        tar.putArchiveEntry(content.entry());
        tar.write(bytes);
        tar.closeArchiveEntry();
      }
    }
    return file;
  }
}
