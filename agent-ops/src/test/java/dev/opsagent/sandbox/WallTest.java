package dev.opsagent.sandbox;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Grants.Code;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WallTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private Path work;

  @BeforeEach
  void makeFolder() throws IOException {
    work = Files.createDirectory(folder.resolve("work"));
  }

  @Test
  void withoutAWallNothingStartsAndNothingIsTouched() {
    LocalPrograms programs = programs("/nowhere", "bubblewrap");
    assertThat(programs.fault().orElseThrow().code()).isEqualTo(ReasonCode.SANDBOX_UNAVAILABLE);
    Command command = script("touch x", Grants.NONE.writing(work));
    Path shell = Peers.require("sh", "install a POSIX shell");
    Command absolute =
        new Command(
            List.of(shell.toString(), "-c", "touch x"),
            work,
            command.environment(),
            LIMIT,
            command.grants());
    assertThat(no(programs.run(absolute)).code()).isEqualTo(ReasonCode.SANDBOX_UNAVAILABLE);
    assertThat(work).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bubblewrap", "landlock", "none"})
  void whatIsGrantedWorks(String level) throws IOException {
    LocalPrograms programs = require(level);
    Path read = Files.writeString(folder.resolve("read"), "content");
    String script =
        "cat '"
            + read
            + "' > made; mkdir d; mv made d/; echo t > $TMPDIR/t; echo n > /dev/null"
            + " && head -c 1 /dev/urandom > d/random && cat d/made";
    Finished finished = ok(programs.run(script(script, Grants.NONE.writing(work).reading(read))));
    assertThat(finished.stdout()).isEqualTo("content");
    assertThat(finished.stderr()).isEmpty();
    assertThat(finished.took()).isPositive();
    assertThat(work.resolve("d/made")).hasContent("content");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bubblewrap", "landlock"})
  void aGrantedFileIsWritableAndTheOneBesideItIsNot(String level) throws IOException {
    LocalPrograms programs = require(level);
    Path mine = Files.writeString(work.resolve("mine"), "");
    Path other = Files.writeString(work.resolve("other"), "");
    Grants grants = Grants.NONE.reading(work).writing(mine);
    ok(programs.run(script("echo x > mine; echo x > other; mv mine other", grants)));
    assertThat(mine).hasContent("x");
    assertThat(other).isEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bubblewrap", "landlock"})
  void gitsFilesAreBackWhenTheProgramHasEnded(String level) throws IOException {
    LocalPrograms programs = require(level);
    Path git = Files.createDirectories(work.resolve("a/.git"));
    Files.writeString(git.resolve("config"), "mine");
    ok(programs.run(script("echo y > a/file; echo x > a/.git/config", Grants.NONE.writing(work))));
    assertThat(git.resolve("config")).hasContent("mine");
    assertThat(work.resolve("a/file")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bubblewrap", "landlock"})
  void aGrantThatIsALinkIsRefused(String level) throws IOException {
    LocalPrograms programs = require(level);
    Path link = Files.createSymbolicLink(folder.resolve("link"), work);
    assertThat(no(programs.run(script("true", Grants.NONE.writing(link)))).code())
        .isEqualTo(ReasonCode.TOOL_FAILED);
  }

  @Test
  void aGrantThatHoldsTheFoldersOfOtherProgramsIsRefused() {
    LocalPrograms programs = programs(EscapesTest.PATH, "none");
    assertThat(no(programs.run(script("true", Grants.NONE.writing(folder)))).code())
        .isEqualTo(ReasonCode.INTERNAL);
  }

  @Test
  void codeOfARepositoryIsNeverGivenACredential() {
    Command command =
        new Command(
            List.of("sh", "-c", "env"),
            work,
            Map.of("TOKEN", "bearer s3cret-token"),
            LIMIT,
            Grants.NONE.running(Code.REPOSITORY));
    assertThat(no(programs(EscapesTest.PATH, "none").run(command)).cause())
        .contains("would see a credential");
  }

  @Test
  void aVerbThatNobodyNeedsIsRefused() {
    for (List<String> command :
        List.of(
            List.of("npm", "exec", "x"),
            List.of("npm"),
            List.of("npm", "--prefix", "/", "ci"),
            List.of("docker", "run", "x"),
            List.of("docker", "image", "prune"),
            List.of("docker", "compose", "exec", "x"),
            List.of("docker-compose", "kill"))) {
      assertThat(Verbs.allow(command)).as(command.toString()).isFalse();
    }
    assertThat(Verbs.allow(List.of("npm", "ci"))).isTrue();
    assertThat(Verbs.allow(List.of("docker", "compose", "--file", "x", "up"))).isTrue();
  }

  private LocalPrograms require(String level) {
    LocalPrograms programs = programs(EscapesTest.PATH, level);
    Peers.require("the wall " + level, () -> programs.fault().isEmpty(), "install bubblewrap");
    return programs;
  }

  private LocalPrograms programs(String path, String level) {
    return new LocalPrograms(
        folder.resolve("scratch"), path, Redactor.of(Map.of("token", "s3cret-token")), level);
  }

  private Command script(String script, Grants grants) {
    return new Command(List.of("sh", "-c", script), work, Map.of(), LIMIT, grants);
  }
}
