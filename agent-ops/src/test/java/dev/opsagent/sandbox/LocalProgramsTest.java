package dev.opsagent.sandbox;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.execution.ProgramRuns;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalProgramsTest {
  private static final String SECRET = "s3cret/Käse \"quoted\"";

  @TempDir Path folder;
  private Path work;
  private Path scratch;
  private Programs programs;

  @BeforeEach
  void makeFolders() throws IOException {
    Peers.require("sh", "install a POSIX shell");
    work = Files.createDirectory(folder.resolve("work"));
    scratch = folder.resolve("scratch");
    programs =
        new LocalPrograms(
            scratch,
            Peers.searchPath(),
            Redactor.of(Map.of("one", SECRET, "two", "other-one")),
            "none");
  }

  @Test
  void aProgramGetsItsArgumentsAsTheyAre() {
    Finished finished = ok(run("printf", "%s|", "a b", "$(id)", ";ls", "-n", ""));
    assertThat(finished.stdout()).isEqualTo("a b|$(id)|;ls|-n||");
    assertThat(finished.stderr()).isEmpty();
  }

  @Test
  void anExitCodeIsAResultAndNotAFailure() {
    Finished finished = ok(script("echo no >&2; exit 7"));
    assertThat(finished.exitCode()).isEqualTo(7);
    assertThat(finished.stdout()).isEmpty();
    assertThat(finished.stderr()).isEqualTo("no\n");
  }

  @Test
  void theEnvironmentHoldsOnlyTheMinimalOneAndWhatTheCommandAdds() {
    Command command =
        new Command(List.of("env"), work, Map.of("PLAIN", "yes"), Duration.ofSeconds(10));
    Map<String, String> seen = new HashMap<>();
    ok(programs.run(command))
        .stdout()
        .lines()
        .map(line -> line.split("=", 2))
        .forEach(entry -> seen.put(entry[0], entry[1]));
    assertThat(System.getenv().keySet())
        .as("a variable to hide")
        .anyMatch(name -> !seen.containsKey(name));
    assertThat(seen.keySet())
        .isEqualTo(Set.of("PATH", "LANG", "HOME", "TMPDIR", "PLAIN", "OPS_AGENT_RUN"));
    assertThat(seen).containsEntry("LANG", "C.UTF-8").containsEntry("PLAIN", "yes");
    assertThat(seen.get("HOME")).startsWith(scratch.toString());
  }

  @Test
  void theHomeAndTheTemporaryFolderAreEmptyPrivateAndGoneAfterwards() {
    Finished finished =
        ok(script("ls -A $HOME $TMPDIR; touch $TMPDIR/x; ln -s / $HOME/root; stat -c %a $HOME/.."));
    assertThat(finished.stdout()).endsWith("700\n").doesNotContain("x\n");
    assertThat(scratch).isEmptyDirectory();
    assertThat(Path.of("/")).isNotEmptyDirectory();
  }

  @Test
  void standardInputIsEmpty() {
    assertThat(ok(run("cat")).exitCode()).isZero();
    assertThat(ok(run("cat")).stdout()).isEmpty();
  }

  @Test
  void theTimeLimitKillsGrandchildrenAndDetachedOnes() throws IOException {
    String script =
        """
        sleep 300 & echo $! >> pids
        (sleep 300 & echo $! >> pids) &
        setsid sh -c 'echo $$ >> pids; sleep 300' &
        setsid sh -c '(sh -c "echo \\$\\$ >> pids; exec sleep 300" &)' > /dev/null 2>&1 &
        sleep 300
        """;
    Failure failure = no(script(script, Duration.ofSeconds(1)));
    assertThat(failure.code()).isEqualTo(ReasonCode.TIMEOUT);
    assertThat(pids(4)).noneMatch(LocalProgramsTest::runs);
  }

  @Test
  void whatAProgramLeavesBehindEndsWithIt() throws IOException {
    Finished finished =
        ok(
            script(
                "setsid sh -c 'echo $$ >> pids; exec sleep 300' & until [ -s pids ]; do :; done"));
    assertThat(finished.exitCode()).isZero();
    assertThat(pids(1)).noneMatch(LocalProgramsTest::runs);
  }

  @Test
  void anInterruptKillsTheTreeAndStaysVisible() throws Exception {
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    CompletableFuture<Answer<Finished>> answer = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              answer.complete(script("sleep 300 & echo $! >> pids; echo $$ >> pids; wait"));
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    await().until(() -> Files.exists(work.resolve("pids")) && pids(0).size() == 2);
    caller.interrupt();
    assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    assertThat(no(answer.join()).code()).isEqualTo(ReasonCode.CANCELLED);
    assertThat(stillInterrupted).isTrue();
    assertThat(pids(2)).noneMatch(LocalProgramsTest::runs);
  }

  @Test
  void outputIsBoundedToItsBeginningAndItsEnd() {
    Finished finished = ok(script("echo first; yes | head -c 3000000; echo last"));
    assertThat(finished.stdout()).startsWith("first\ny\n").endsWith("y\nlast\n");
    assertThat(finished.stdout()).hasSizeLessThan(2 * LocalPrograms.SHOWN + 100);
    assertThat(finished.stdout()).contains("bytes left out]");
  }

  @Test
  void secretsAreMaskedInEveryFormInWhichToolsPrintThem() throws IOException {
    String basic = Base64.getEncoder().encodeToString(("me:" + SECRET).getBytes(UTF_8));
    List<String> lines =
        List.of(
            SECRET,
            basic,
            "s3cret%2FK%C3%A4se+%22quoted%22",
            "s3cret%2fK%c3%a4se%20%22quoted%22",
            "s3cret/K\\u00e4se \\\"quoted\\\"",
            HexFormat.of().formatHex(SECRET.getBytes(UTF_8)));
    Finished finished = ok(said(String.join("\n", lines)));
    assertThat(finished.stdout().lines())
        .hasSize(lines.size())
        .allMatch(l -> l.contains("[secret]"));
    assertThat(finished.stdout()).doesNotContain("s3cret").doesNotContain(basic.substring(8, 20));
  }

  @Test
  void noArgumentHoldsASecretForOthersToRead() {
    Failure refused = no(run("echo", "--token=other-one"));
    assertThat(refused.cause()).isEqualTo("an argument would hold the secret two");
    assertThat(refused.sentence()).doesNotContain("other-one");
  }

  @Test
  void aSecretIsHeardOfUnlessTheProgramWasGivenIt() {
    Map<String, String> given = Map.of("TOKEN", "other-one");
    Command command =
        new Command(
            List.of("sh", "-c", "printenv TOKEN; printenv TOKEN >&2; printf other-two-5"),
            work,
            given,
            Duration.ofSeconds(10));
    ProgramRuns.Heard<Finished> heard = ProgramRuns.hear(() -> ok(programs.run(command)));
    assertThat(heard.leaked()).isEmpty();
    assertThat(heard.masked()).hasSize(2).allMatch(it -> it.startsWith("two was hidden 1 times"));

    heard = ProgramRuns.hear(() -> ok(script("{ printf other-; echo one; } | base64")));
    assertThat(heard.leaked()).containsExactly("two");
  }

  @Test
  void aProgramThatPrintsASecretTellsItToItsCallerAlone() {
    LocalPrograms printing =
        new LocalPrograms(scratch, Peers.searchPath(), Redactor.of(Map.of()), "none");
    ProgramRuns.Heard<String> heard =
        ProgramRuns.hear(() -> ok(printing.secret(shell("printf ghp_%036d 7; echo no >&2"), 64)));
    assertThat(heard.result()).isEqualTo("ghp_" + "0".repeat(35) + "7");
    assertThat(heard.ran()).singleElement().asString().doesNotContain("0".repeat(35));
    assertThat(heard.masked()).isEmpty();
    assertThat(no(printing.secret(shell("printf %065d 7"), 64)).cause())
        .isEqualTo("it printed more than 64 bytes");
    assertThat(no(printing.secret(shell("echo almost; exit 3"), 64)).cause())
        .isEqualTo("it ended with exit code 3");
  }

  private Command shell(String script) {
    return new Command(List.of("sh", "-c", script), work, Map.of(), Duration.ofSeconds(10));
  }

  @Test
  void aSecretAcrossTheCutIsMaskedOnBothSides() throws IOException {
    int shown = LocalPrograms.SHOWN;
    for (int overlap = 1; overlap < "other-one".length(); overlap++) {
      String head = "a".repeat(shown - overlap) + "other-one";
      String tail = "other-one" + "b".repeat(shown - overlap);
      Finished finished = ok(said(head + "-".repeat(50_000) + tail));
      assertThat(finished.stdout()).doesNotContain("ao").doesNotContain("eb");
      assertThat(finished.stdout()).contains("a[").contains("]b").contains("bytes left out");
    }
  }

  @Test
  void aRelativeNameNeverMeansAFileOfTheWorkingDirectory() throws IOException {
    Path planted = Files.writeString(work.resolve("planted"), "#!/bin/sh\necho planted\n");
    Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rwxr-xr-x"));
    String path = ":.:" + work + ":" + Peers.searchPath();
    Programs careless = new LocalPrograms(scratch, path, Redactor.of(Map.of()), "none");
    for (String name : List.of("planted", "./planted", "../work/planted", "", "planted\0")) {
      Command command = new Command(List.of(name), work, Map.of(), Duration.ofSeconds(10));
      assertThat(no(careless.run(command)).code()).isEqualTo(ReasonCode.TOOL_MISSING);
    }
    Command shell =
        new Command(List.of("sh", "-c", "planted"), work, Map.of(), Duration.ofSeconds(10));
    assertThat(ok(careless.run(shell)).exitCode()).isEqualTo(127);
  }

  @Test
  void aMissingProgramSaysSo() {
    Failure failure = no(run("no-such-program"));
    assertThat(failure.sentence())
        .isEqualTo(
            "could not run no-such-program: it is not installed;"
                + " install it, or add its folder to PATH");
    assertThat(programs.available("no-such-program")).isFalse();
    assertThat(programs.available("sh")).isTrue();
  }

  /** A program that prints the text. */
  private Answer<Finished> said(String text) throws IOException {
    return run("cat", Files.writeString(work.resolve("said"), text).toString());
  }

  private Answer<Finished> run(String... arguments) {
    Command command = new Command(List.of(arguments), work, Map.of(), Duration.ofSeconds(20));
    return programs.run(command);
  }

  private Answer<Finished> script(String script) {
    return script(script, Duration.ofSeconds(20));
  }

  private Answer<Finished> script(String script, Duration timeout) {
    return programs.run(new Command(List.of("sh", "-c", script), work, Map.of(), timeout));
  }

  private List<Long> pids(int expected) throws IOException {
    List<Long> pids = Files.readAllLines(work.resolve("pids")).stream().map(Long::valueOf).toList();
    assertThat(pids).hasSizeGreaterThanOrEqualTo(expected);
    return pids;
  }

  private static boolean runs(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()
        && !state(pid).equals("Z");
  }

  private static String state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    } catch (IOException e) {
      return "Z";
    }
  }
}
