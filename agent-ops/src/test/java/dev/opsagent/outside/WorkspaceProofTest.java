package dev.opsagent.outside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.FileChange;
import dev.opsagent.authority.Owner;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.WorkspaceProof;
import dev.opsagent.authority.WorkspaceProof.Entry;
import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changed in a real folder, and whose it is. */
class WorkspaceProofTest {
  @TempDir private Path folder;

  private final Map<String, byte[]> base = new HashMap<>();
  private Path root;

  @BeforeEach
  void lay() throws IOException {
    root = Files.createDirectory(folder.resolve("workspace"));
    write("src/app.js", "app");
    write("deploy/run.sh", "run");
    write("Dockerfile", "FROM scratch");
    write("package.json", "{\"name\":\"a\",\"version\":\"1.0.0\",\"scripts\":{\"x\":\"y\"}}");
    write("dist/kept.js", "built");
    write("compose.yaml", "services: {web: {image: a}, migrate: {image: a}}");
  }

  @Test
  void nothingChangedIsAnEmptyProof() throws IOException {
    assertThat(proof(() -> {}).entries()).isEmpty();
  }

  @Test
  void anOwnFileMayChangeAndAnothersMayNot() throws IOException {
    WorkspaceProof proof =
        proof(() -> {
          write("Dockerfile", "FROM other");
          write("src/app.js", "app2");
        });

    assertThat(proof.entries()).hasSize(2);
    assertThat(proof.foreign())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.path()).isEqualTo("src/app.js");
          assertThat(it.owner()).isEqualTo(Owner.ENGINEER);
          assertThat(it.rule()).isEqualTo("sources/source-folders");
          assertThat(it.before()).isPresent().isNotEqualTo(it.after());
        });
    assertThat(proof.policy()).isEqualTo(OwnershipMap.standard().digest());
  }

  @Test
  void aSharedFileIsJudgedValueByValue() throws IOException {
    WorkspaceProof proof =
        proof(() ->
            write(
                "package.json",
                "{\"name\":\"a\",\"version\":\"1.0.1\",\"scripts\":{\"x\":\"z\"}}"));

    assertThat(proof.entries())
        .extracting(Entry::pointer)
        .containsExactly("/scripts/x", "/version");
    assertThat(proof.foreign()).extracting(Entry::pointer).containsExactly("/scripts/x");
  }

  @Test
  void aSharedFileThatCannotBeDividedIsForeign() throws IOException {
    assertThat(proof(() -> write("package.json", "{")).foreign()).hasSize(1);
    assertThat(proof(() -> write("compose.yaml", "services: [")).foreign())
        .singleElement()
        .satisfies(it -> assertThat(it.owner()).isEqualTo(Owner.DATA_ENGINEER));
    assertThat(proof(() -> Files.delete(root.resolve("package.json"))).foreign()).hasSize(1);
  }

  @Test
  void generatedFilesMayComeButCommittedOnesMayNotChange() throws IOException {
    WorkspaceProof proof =
        proof(() -> {
          write("node_modules/x/index.js", "x");
          write("dist/kept.js", "changed");
        });

    assertThat(proof.entries()).hasSize(2);
    assertThat(proof.foreign()).extracting(Entry::path).containsExactly("dist/kept.js");
  }

  @Test
  void aMarkerInTheNewContentMakesAnOwnFileForeign() throws IOException {
    assertThat(proof(() -> write("deploy/run.sh", "psql -c 'drop table a'")).foreign())
        .singleElement()
        .satisfies(it -> assertThat(it.rule()).isEqualTo("marker/migrations"));
  }

  @Test
  void sameSizeAndTimeDoNotHideAChange() throws IOException {
    WorkspaceProof proof =
        proof(() -> {
          Path file = root.resolve("src/app.js");
          FileTime time = Files.getLastModifiedTime(file);
          write("src/app.js", "APP");
          Files.setLastModifiedTime(file, time);
        });

    assertThat(proof.foreign()).extracting(Entry::path).containsExactly("src/app.js");
  }

  @Test
  void aModeIsContent() throws IOException {
    WorkspaceProof proof =
        proof(() ->
            Files.setPosixFilePermissions(
                root.resolve("src/app.js"), PosixFilePermissions.fromString("rwxr-xr-x")));

    assertThat(proof.foreign()).extracting(Entry::path).containsExactly("src/app.js");
  }

  @Test
  void fault_27_aLinkIsNotFollowedAndOneThatLeadsOutsideIsForeign() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("secret.md"), "secret");
    WorkspaceProof proof =
        proof(() -> {
          Files.createSymbolicLink(root.resolve("deploy/inside"), Path.of("run.sh"));
          Files.createSymbolicLink(root.resolve("deploy/up"), Path.of("../../outside"));
          Files.createSymbolicLink(root.resolve("deploy/absolute"), outside);
        });

    assertThat(proof.entries())
        .extracting(Entry::path)
        .containsExactly("deploy/absolute", "deploy/inside", "deploy/up");
    assertThat(proof.foreign())
        .extracting(Entry::path)
        .containsExactly("deploy/absolute", "deploy/up");
  }

  @Test
  void fault_27_aFolderThatBecomesALinkIsForeignAndWhatWasInItIsGone() throws IOException {
    WorkspaceProof proof =
        proof(() -> {
          Files.move(root.resolve("src"), folder.resolve("moved"));
          Files.createSymbolicLink(root.resolve("src"), folder.resolve("moved"));
        });

    assertThat(proof.foreign()).extracting(Entry::path).containsExactly("src", "src/app.js");
  }

  @Test
  void fault_27_aFileWithANameOutsideIsForeign() throws IOException {
    WorkspaceProof proof =
        proof(() -> {
          Path outside = Files.writeString(folder.resolve("outside.txt"), "x");
          Files.createLink(root.resolve("deploy/twin"), outside);
          Files.createLink(root.resolve("deploy/again.sh"), root.resolve("deploy/run.sh"));
        });

    assertThat(proof.foreign()).extracting(Entry::path).containsExactly("deploy/twin");
    assertThat(proof.foreign().getFirst().rule()).isEqualTo("built-in/leads-outside");
  }

  @Test
  void fault_27_aFileThatGetsANameOutsideIsForeign() throws IOException {
    WorkspaceProof proof =
        proof(() -> Files.createLink(folder.resolve("stolen"), root.resolve("deploy/run.sh")));

    assertThat(proof.foreign()).extracting(Entry::path).containsExactly("deploy/run.sh");
  }

  @Test
  void aPipeIsForeignAndNotRead() throws IOException {
    Peers.require("mkfifo", "install coreutils");
    WorkspaceProof proof =
        proof(() -> {
          try {
            new ProcessBuilder("mkfifo", root.resolve("deploy/pipe").toString()).start().waitFor();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });

    assertThat(proof.foreign()).extracting(Entry::rule).containsExactly("built-in/special-file");
  }

  @Test
  void fault_29_gitsOwnFilesAreForeignAtAnyDepth() throws IOException {
    assertThat(proof(() -> write("deploy/.git/hooks/pre-commit", "x")).foreign())
        .singleElement()
        .satisfies(it -> assertThat(it.owner()).isEqualTo(Owner.VERSION_CONTROL));
  }

  @Test
  void fault_26_aNameThatIsNoPathIsForeign() throws IOException {
    assertThat(proof(() -> write("deploy/a\nb.sh", "x")).foreign())
        .extracting(Entry::rule)
        .containsExactly("built-in/not-a-path");
  }

  @Test
  void anEmptyFolderIsNoChange() throws IOException {
    assertThat(proof(() -> Files.createDirectories(root.resolve("src/empty"))).entries()).isEmpty();
  }

  /** What a program does to the workspace. */
  private interface Work {
    void done() throws IOException;
  }

  private WorkspaceProof proof(Work work) throws IOException {
    WorkspaceTree before = WorkspaceTree.read(root, InstantSource.system());
    work.done();
    List<FileChange> changes = before.changesTo(before.again(InstantSource.system()));
    return WorkspaceProof.of(OwnershipMap.standard(), changes, new Bytes());
  }

  private void write(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, content);
    base.putIfAbsent(path, Files.readAllBytes(file));
  }

  private final class Bytes implements WorkspaceProof.Contents {
    @Override
    public byte[] before(String path) {
      return Objects.requireNonNull(base.get(path));
    }

    @Override
    public byte[] after(String path) throws IOException {
      return Files.readAllBytes(root.resolve(path));
    }

    @Override
    public boolean committed(String path) {
      return path.equals("dist/kept.js");
    }
  }
}
