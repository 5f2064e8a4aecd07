package dev.opsagent.tools.git;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository.Change;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.Pushed;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.outside.Repository.ReleaseCommit;
import dev.opsagent.outside.Repository.RemoteRefs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.GitHttpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GitRepositoryTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir static Path template;
  private static String tip = "";

  @TempDir Path folder;
  private GitSandbox git;
  private GitRepository repository;
  private Path author;
  private Path bare;

  /** Made once and copied, since most of the time would go into calls of git. */
  @BeforeAll
  static void makeTemplate() throws IOException {
    GitSandbox git = new GitSandbox(template.resolve("scratch"));
    Path author = Files.createDirectory(template.resolve("author"));
    git.git(author, "init", "--quiet");
    write(author, "package.json", "{\"version\":\"1.2.2\"}\n");
    write(author, "package-lock.json", "{}\n");
    write(author, "src/index.js", "first\n");
    write(author, ".gitignore", "node_modules/\n*.log\n");
    executable(author.resolve("run.sh"), "#!/bin/sh\n");
    commit(git, author, "feat: first");
    git.git(author, "tag", "-a", "-m", "one", "v1.2.2");
    write(author, "src/index.js", "second\n");
    tip = commit(git, author, "fix: second\n\nbody");
    git.git(template, "clone", "--quiet", "--bare", author.toString(), "remote.git");
  }

  @BeforeEach
  void copyTemplate() throws IOException {
    git = new GitSandbox(folder.resolve("scratch"));
    repository = new GitRepository(url -> Optional.empty(), LIMIT);
    author = folder.resolve("author");
    bare = folder.resolve("remote.git");
    copy(template.resolve("author"), author);
    copy(template.resolve("remote.git"), bare);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  @Test
  void theRefsOfARemoteAreToldWithPeeledTagsAndTheDefaultBranch() {
    RemoteRefs refs = ok(repository.refs(bare.toString()));
    assertThat(refs.head()).contains("refs/heads/main");
    assertThat(refs.refs())
        .containsOnlyKeys("refs/heads/main", "refs/tags/v1.2.2", "refs/tags/v1.2.2^{}")
        .containsEntry("refs/heads/main", tip)
        .containsEntry("refs/tags/v1.2.2^{}", git.git(author, "rev-parse", "v1.2.2^{}"));
    assertThat(ok(repository.refs("file://" + bare))).isEqualTo(refs);
  }

  @Test
  void aCloneIsACleanCheckoutForTheGitProgramToo() {
    Checkout checkout = cloned();
    Path work = checkout.folder();
    assertThat(checkout.head()).isEqualTo(tip);
    assertThat(checkout.branch()).contains("main");
    assertThat(checkout.origin()).contains(bare.toString());
    assertThat(git.git(work, "status", "--porcelain")).isEmpty();
    assertThat(git.git(work, "rev-parse", "HEAD", "v1.2.2"))
        .isEqualTo(tip + "\n" + git.git(author, "rev-parse", "v1.2.2"));
    assertThat(git.git(work, "fsck", "--strict")).isEmpty();
    assertThat(work.resolve("run.sh")).isExecutable();
    assertThat(ok(checkout.changes())).isEmpty();
  }

  @Test
  void aCloneStandsAtTheCommitAlsoWhenTheBranchHasMovedOn() {
    String first = git.git(author, "rev-parse", "v1.2.2^{}");
    Checkout checkout =
        ok(repository.clone(bare.toString(), "main", first, folder.resolve("older")));
    assertThat(checkout.head()).isEqualTo(first);
    assertThat(checkout.folder().resolve("src/index.js")).hasContent("first");
    Answer<Checkout> unknown =
        repository.clone(bare.toString(), "main", "0".repeat(40), folder.resolve("unknown"));
    assertThat(no(unknown).code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    Answer<Checkout> branch =
        repository.clone(bare.toString(), "--upload-pack=x", tip, folder.resolve("option"));
    assertThat(no(branch).code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
  }

  @Test
  void changesAreFoundByTheirBytesWhateverTheIndexSays() throws IOException {
    Checkout checkout = cloned();
    Path work = checkout.folder();
    write(work, "src/index.js", "edited\n");
    write(work, ".env", "SECRET=1\n");
    write(work, "new/deep/file", "x\n");
    write(work, "node_modules/dependency/index.js", "ignored\n");
    Files.delete(work.resolve("package-lock.json"));
    git.git(work, "update-index", "--assume-unchanged", "src/index.js");
    git.git(work, "update-index", "--skip-worktree", "package-lock.json");
    git.git(work, "add", ".env");

    assertThat(ok(checkout.changes()))
        .containsExactlyInAnyOrder(
            new Change("src/index.js", true),
            new Change("package-lock.json", true),
            new Change(".env", false),
            new Change("new/deep/file", false));
  }

  @Test
  void filesAndHistoryAreThoseOfHead() throws IOException {
    Checkout checkout = cloned();
    write(checkout.folder(), "src/index.js", "edited\n");
    assertThat(ok(checkout.files()).keySet())
        .containsExactlyInAnyOrder(
            ".gitignore", "package.json", "package-lock.json", "run.sh", "src/index.js");
    assertThat(ok(checkout.file("src/index.js")).map(String::new)).contains("second\n");
    assertThat(ok(checkout.file("src"))).isEmpty();
    assertThat(ok(checkout.file("../x"))).isEmpty();
    assertThat(ok(checkout.history()).version()).contains("1.2.2");
    assertThat(ok(checkout.history()).messages()).containsExactly("fix: second\n\nbody\n");
  }

  @Test
  void theHighestReachableVersionCountsAndNotTheNewestOrALexicalOne() throws IOException {
    git.git(author, "tag", "v1.10.0");
    git.git(author, "tag", "v1.9.0");
    git.git(author, "tag", "v2.0.0-beta.1");
    git.git(author, "checkout", "--quiet", "-b", "other");
    write(author, "other", "x");
    commit("elsewhere");
    git.git(author, "tag", "v9.0.0");
    git.git(author, "checkout", "--quiet", "main");
    Checkout checkout = ok(repository.open(author));
    assertThat(ok(checkout.history()).version()).contains("1.10.0");
    assertThat(ok(checkout.history()).messages()).isEmpty();
  }

  @Test
  void aReleaseHoldsExactlyItsFilesWhateverElseLiesInTheTree() throws IOException {
    Checkout checkout = cloned();
    Path work = checkout.folder();
    write(work, "package.json", "{\"version\":\"1.2.3\"}\n");
    write(work, "src/index.js", "smuggled\n");
    write(work, "run.sh", "smuggled\n");
    write(work, ".env", "SECRET=1\n");
    git.git(work, "add", "run.sh", ".env");

    Release release = ok(checkout.release(releaseCommit("v1.2.3")));

    assertThat(git.git(work, "diff", "--name-only", tip, release.commit()))
        .isEqualTo("package.json");
    assertThat(git.git(work, "show", release.commit() + ":package.json"))
        .isEqualTo("{\"version\":\"1.2.3\"}");
    assertThat(git.git(work, "rev-parse", "v1.2.3", "v1.2.3^{}", "HEAD", "HEAD^"))
        .isEqualTo(String.join("\n", release.tagObject(), release.commit(), release.commit(), tip));
    assertThat(git.git(work, "cat-file", "-t", "v1.2.3")).isEqualTo("tag");
    assertThat(git.git(work, "log", "-1", "--format=%an <%ae> %aI %cn %cI %s"))
        .isEqualTo(
            "Ops <ops@example.org> 2026-01-02T03:04:05+00:00 Ops 2026-01-02T03:04:05+00:00"
                + " release: 1.2.3");
    assertThat(git.git(work, "status", "--porcelain").lines().map(String::strip))
        .containsExactlyInAnyOrder("A  .env", "M  run.sh", "M src/index.js");
    assertThat(git.git(work, "fsck", "--strict")).isEmpty();
    assertThat(ok(checkout.released("v1.2.3"))).contains(release);
    assertThat(ok(checkout.released("v1.2.4"))).isEmpty();
  }

  @Test
  void theSameReleaseHasTheSameIdsInEveryClone() {
    Release first = ok(cloned("one").release(releaseCommit("v1.2.3")));
    Release second = ok(cloned("two").release(releaseCommit("v1.2.3")));
    assertThat(second).isEqualTo(first);
  }

  @Test
  void aReleaseIsRefusedWhereItsTagOrItsPathsDoNotFit() throws IOException {
    Checkout checkout = cloned();
    assertThat(no(checkout.release(releaseCommit("v1.2.2"))).code())
        .isEqualTo(ReasonCode.VERSION_TAKEN);
    for (String path : List.of("../x", ".git/config", "/etc/x", "src", "package.json/x", "")) {
      ReleaseCommit hostile = releaseCommit("v1.2.3", path, "x");
      assertThat(no(checkout.release(hostile)).code())
          .as(path)
          .isEqualTo(ReasonCode.PRECONDITION_FAILED);
    }
    assertThat(checkout.head()).isEqualTo(tip);
    assertThat(ok(checkout.released("v1.2.3"))).isEmpty();
  }

  @Test
  void aReleaseTakenBackLeavesNoTrace() {
    Checkout checkout = cloned();
    ok(checkout.release(releaseCommit("v1.2.3")));
    for (int i = 0; i < 2; i++) {
      assertThat(ok(checkout.unrelease("v1.2.3", "main", tip))).isTrue();
      assertThat(checkout.head()).isEqualTo(tip);
      assertThat(git.git(checkout.folder(), "tag")).isEqualTo("v1.2.2");
      assertThat(git.git(checkout.folder(), "status", "--porcelain")).isEmpty();
    }
    Release again = ok(checkout.release(releaseCommit("v1.2.3")));
    assertThat(checkout.head()).isEqualTo(again.commit());
  }

  @Test
  void aBranchWithOtherCommitsIsNotMovedBack() throws IOException {
    Checkout checkout = ok(repository.open(author));
    ok(checkout.release(releaseCommit("v1.2.3")));
    write(author, "later", "x");
    String later = commit("somebody's work");
    Failure failure = no(checkout.unrelease("v1.2.3", "main", tip));
    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(checkout.head()).isEqualTo(later);
  }

  @Test
  void branchAndTagArrivedTogetherAndASecondPushChangesNothing() {
    Checkout checkout = cloned();
    Release release = ok(checkout.release(releaseCommit("v1.2.3")));
    for (int i = 0; i < 2; i++) {
      assertThat(ok(checkout.push(bare.toString(), "main", tip, release))).isEqualTo(Pushed.MOVED);
      assertThat(git.git(bare, "rev-parse", "main", "v1.2.3", "v1.2.3^{}"))
          .isEqualTo(String.join("\n", release.commit(), release.tagObject(), release.commit()));
    }
    assertThat(git.git(bare, "fsck", "--strict")).isEmpty();
  }

  @Test
  void aBranchThatSomebodyMovedKeepsBothRefsWhereTheyAre() throws IOException {
    Checkout checkout = cloned();
    Release release = ok(checkout.release(releaseCommit("v1.2.3")));
    write(author, "src/index.js", "third\n");
    String third = commit("feat: third");
    git.git(author, "push", "--quiet", bare.toString(), "main");
    assertThat(ok(checkout.push(bare.toString(), "main", tip, release))).isEqualTo(Pushed.REFUSED);
    assertThat(git.git(bare, "rev-parse", "main")).isEqualTo(third);
    assertThat(git.git(bare, "tag")).isEqualTo("v1.2.2");
  }

  @Test
  void aTagThatIsThereKeepsBothRefsWhereTheyAre() {
    Checkout checkout = cloned();
    Release release = ok(checkout.release(releaseCommit("v1.2.3")));
    git.git(bare, "tag", "v1.2.3", tip);
    assertThat(ok(checkout.push(bare.toString(), "main", tip, release))).isEqualTo(Pushed.REFUSED);
    assertThat(git.git(bare, "rev-parse", "main", "v1.2.3")).isEqualTo(tip + "\n" + tip);
  }

  @Test
  void aRefThatIsLockedWhileThePushArrivesMovesNeither() throws IOException {
    Checkout checkout = cloned();
    Release release = ok(checkout.release(releaseCommit("v1.2.3")));
    Files.createFile(bare.resolve("refs/tags/v1.2.3.lock"));
    Failure failure = no(checkout.push(bare.toString(), "main", tip, release));
    assertThat(failure.code()).isEqualTo(ReasonCode.REMOTE_MOVED);
    assertThat(failure.retryable()).isTrue();
    assertThat(git.git(bare, "rev-parse", "main")).isEqualTo(tip);
    assertThat(git.git(bare, "tag")).isEqualTo("v1.2.2");
  }

  @Test
  void aWorkingFolderTakesNoPush() {
    Checkout checkout = cloned();
    Release release = ok(checkout.release(releaseCommit("v1.2.3")));
    assertThat(no(checkout.push(author.toString(), "main", tip, release)).code())
        .isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(git.git(author, "rev-parse", "main")).isEqualTo(tip);
  }

  @Test
  void aCommitWithoutATagMovesTheBranchAloneAndHasTheSameIdInEveryClone() {
    Checkout checkout = cloned();
    Checkout other = cloned("other");
    String commit = ok(checkout.commit(releaseCommit("none").untagged()));
    assertThat(ok(other.commit(releaseCommit("none").untagged()))).isEqualTo(commit);
    assertThat(checkout.head()).isEqualTo(commit);

    for (int i = 0; i < 2; i++) {
      assertThat(ok(checkout.push(bare.toString(), "main", tip, commit))).isEqualTo(Pushed.MOVED);
    }

    assertThat(git.git(bare, "rev-parse", "main")).isEqualTo(commit);
    assertThat(git.git(bare, "tag")).isEqualTo("v1.2.2");
    assertThat(ok(checkout.follows(tip))).isTrue();
    assertThat(ok(checkout.follows(commit))).isTrue();
    assertThat(ok(cloned("before").follows(commit))).isFalse();
  }

  @Test
  void aCommitIsNotPushedOntoABranchThatSomebodyMoved() throws IOException {
    Checkout checkout = cloned();
    String commit = ok(checkout.commit(releaseCommit("none").untagged()));
    write(author, "theirs.txt", "theirs");
    String theirs = commit("feat: theirs");
    git.git(author, "push", "--quiet", bare.toString(), "main");

    assertThat(ok(checkout.push(bare.toString(), "main", tip, commit))).isEqualTo(Pushed.REFUSED);
    assertThat(git.git(bare, "rev-parse", "main")).isEqualTo(theirs);
  }

  @Test
  void overHttpBothRefsArriveOrNeither() throws IOException {
    try (GitHttpServer server = GitHttpServer.start(folder, "right")) {
      String url = server.url("remote.git");
      GitRepository web = withPassword("right");
      assertThat(ok(web.refs(url))).isEqualTo(ok(repository.refs(bare.toString())));
      Checkout late = ok(web.clone(url, "main", tip, folder.resolve("late")));
      Checkout checkout = ok(web.clone(url, "main", tip, folder.resolve("web")));
      Release release = ok(checkout.release(releaseCommit("v1.2.3")));
      assertThat(ok(checkout.push(url, "main", tip, release))).isEqualTo(Pushed.MOVED);
      assertThat(git.git(bare, "rev-parse", "main", "v1.2.3"))
          .isEqualTo(release.commit() + "\n" + release.tagObject());

      Release second = ok(late.release(releaseCommit("v1.2.4")));
      assertThat(ok(late.push(url, "main", tip, second))).isEqualTo(Pushed.REFUSED);
      assertThat(git.git(bare, "tag")).isEqualTo("v1.2.2\nv1.2.3");
    }
  }

  @Test
  void aRuleOfTheRemoteIsNotTakenForARace() throws IOException {
    Path hook = Files.createDirectories(bare.resolve("hooks")).resolve("pre-receive");
    executable(hook, "#!/bin/sh\nexit 1\n");
    try (GitHttpServer server = GitHttpServer.start(folder, "right")) {
      String url = server.url("remote.git");
      Checkout checkout = ok(withPassword("right").clone(url, "main", tip, folder.resolve("web")));
      Release release = ok(checkout.release(releaseCommit("v1.2.3")));
      Failure failure = no(checkout.push(url, "main", tip, release));
      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
      assertThat(failure.cause()).contains("pre-receive hook declined");
      assertThat(git.git(bare, "rev-parse", "main")).isEqualTo(tip);
    }
  }

  @Test
  void aWrongPasswordIsRefusedAndNotRepeated() {
    try (GitHttpServer server = GitHttpServer.start(folder, "right")) {
      String url = server.url("remote.git");
      for (GitRepository stranger : List.of(withPassword("wrong-canary"), repository)) {
        Failure failure = no(stranger.refs(url));
        assertThat(failure.code()).isEqualTo(ReasonCode.CREDENTIALS_REJECTED);
        assertThat(failure.toString()).doesNotContain("wrong-canary");
      }
    }
  }

  @Test
  void aRemoteThatIsGoneIsUnreachableForNow() {
    String url;
    try (GitHttpServer server = GitHttpServer.start(folder, "right")) {
      url = server.url("remote.git");
    }
    Failure failure = no(withPassword("right").refs(url));
    assertThat(failure.code()).isEqualTo(ReasonCode.UNREACHABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(no(repository.refs(folder.resolve("nowhere").toString())).code())
        .isEqualTo(ReasonCode.PRECONDITION_FAILED);
  }

  @Test
  void nothingThatTheRepositoryConfiguresRuns() throws IOException {
    Path canary = folder.resolve("canary");
    Path program = folder.resolve("program");
    executable(program, "#!/bin/sh\ntouch " + canary + "\n");
    Checkout checkout = cloned();
    Path work = checkout.folder();
    for (String hook :
        List.of("pre-commit", "commit-msg", "post-commit", "pre-push", "reference-transaction")) {
      Path file = Files.createDirectories(work.resolve(".git/hooks")).resolve(hook);
      executable(file, "#!/bin/sh\ntouch " + canary + "\n");
    }
    for (String key :
        List.of(
            "core.fsmonitor",
            "core.sshCommand",
            "core.gitproxy",
            "filter.x.clean",
            "filter.x.smudge",
            "filter.x.process",
            "remote.origin.uploadpack",
            "remote.origin.receivepack",
            "credential.helper",
            "gpg.program")) {
      git.git(work, "config", key, program.toString());
    }
    git.git(work, "config", "core.hooksPath", work.resolve(".git/hooks").toString());
    git.git(work, "config", "url." + folder.resolve("elsewhere") + ".insteadOf", bare.toString());
    write(work, ".git/info/attributes", "* filter=x\n");

    ok(checkout.changes());
    Release release = ok(ok(repository.open(work)).release(releaseCommit("v1.2.3")));
    assertThat(ok(checkout.push(bare.toString(), "main", tip, release))).isEqualTo(Pushed.MOVED);
    assertThat(ok(checkout.unrelease("v1.2.3", "main", tip))).isTrue();
    assertThat(canary).doesNotExist();

    git.run(work, "commit", "--allow-empty", "-m", "the traps are real");
    assertThat(canary).exists();
  }

  @Test
  void hostileAddressesAreRefusedWithAReason() {
    for (String url :
        List.of(
            "ext::sh -c touch% canary",
            "ext::sh",
            "--upload-pack=touch",
            "-u",
            "ssh://git@example.org/x",
            "git@example.org:x/y.git",
            "git://example.org/x",
            "https://user:pass-canary@example.org/x",
            "https://example.org/x?y",
            "file://example.org/x",
            "ftp://example.org/x",
            "../remote.git",
            "remote.git",
            "https://exa mple.org/",
            "https://example.org/\nx",
            "")) {
      Failure failure = no(repository.refs(url));
      assertThat(failure.code()).as(url).isEqualTo(ReasonCode.INVALID_PARAMETERS);
      assertThat(failure.cause()).isNotEmpty();
      assertThat(failure.toString()).doesNotContain("pass-canary");
    }
    GitRepository clear = withPassword("secret");
    assertThat(no(clear.refs("http://example.invalid/x")).code())
        .isEqualTo(ReasonCode.CONFIGURATION);
  }

  @Test
  void aFolderThatIsNoPlainRepositoryIsNotOpened() throws IOException {
    assertThat(no(repository.open(folder)).code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    Path linked = Files.createDirectory(folder.resolve("linked"));
    Files.writeString(linked.resolve(".git"), "gitdir: " + author.resolve(".git") + "\n");
    assertThat(no(repository.open(linked)).code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    git.git(empty, "init", "--quiet");
    assertThat(no(repository.open(empty)).code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
  }

  private GitRepository withPassword(String password) {
    return new GitRepository(
        url -> Optional.of(new Login(GitHttpServer.USER, () -> new Answer.Ok<>(password))), LIMIT);
  }

  private Checkout cloned() {
    return cloned("clone");
  }

  private Checkout cloned(String name) {
    return ok(repository.clone(bare.toString(), "main", tip, folder.resolve(name)));
  }

  private static ReleaseCommit releaseCommit(String tag) {
    return releaseCommit(tag, "package.json", "{\"version\":\"1.2.3\"}\n");
  }

  private static ReleaseCommit releaseCommit(String tag, String path, String content) {
    return new ReleaseCommit(
        "main",
        tag,
        "release: 1.2.3",
        Map.of(path, content.getBytes(UTF_8)),
        "Ops",
        "ops@example.org",
        AT);
  }

  private String commit(String message) {
    return commit(git, author, message);
  }

  private static String commit(GitSandbox git, Path author, String message) {
    git.git(author, "add", "--all");
    git.git(author, "commit", "--quiet", "-m", message);
    return git.git(author, "rev-parse", "HEAD");
  }

  private static void write(Path base, String path, String content) throws IOException {
    Path file = base.resolve(path);
    Path parent = file.getParent();
    Files.createDirectories(parent == null ? base : parent);
    Files.writeString(file, content);
  }

  private static void executable(Path file, String content) throws IOException {
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
