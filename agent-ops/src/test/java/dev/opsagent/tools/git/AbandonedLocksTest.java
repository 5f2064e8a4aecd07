package dev.opsagent.tools.git;

import static dev.opsagent.testing.GitProgram.git;
import static dev.opsagent.testing.GitProgram.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.Pushed;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.outside.Repository.ReleaseCommit;
import dev.opsagent.testing.Answers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker that was killed under a lock leaves behind must not stop the next one. */
class AbandonedLocksTest {
  private static final List<String> LOCKS =
      List.of("packed-refs.lock", "refs/heads/main.lock", "index.lock");

  @TempDir private Path folder;
  private Path bare;
  private String tip;
  private Checkout checkout;

  @BeforeEach
  void cloneARemote() throws IOException {
    bare = folder.resolve("remote.git");
    Path author = folder.resolve("author");
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", bare.toString());
    git(folder, "init", "--quiet", "--initial-branch=main", author.toString());
    write(author.resolve("package.json"), "{}");
    git(author, "add", "package.json");
    git(author, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "one");
    git(author, "push", "--quiet", bare.toString(), "main");
    tip = git(author, "rev-parse", "HEAD").strip();
    GitRepository repository = new GitRepository(_ -> Optional.empty(), Duration.ofSeconds(20));
    checkout =
        Answers.ok(repository.clone(bare.toString(), "main", tip, folder.resolve("checkout")));
  }

  @Test
  void aLockInTheTasksOwnCheckoutDoesNotStopARelease() throws IOException {
    for (String lock : LOCKS) {
      Files.createFile(checkout.folder().resolve(".git").resolve(lock));
    }
    assertThat(release().tag()).isEqualTo("v1.0.0");
  }

  @Test
  void aLockOfAKilledPushIsRemovedSoThatTheNextAttemptGoesThrough() throws IOException {
    Release release = release();
    Path lock = Files.createFile(bare.resolve("refs/heads/main.lock"));
    Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(60)));
    assertThat(Answers.no(push(release)).retryable()).isTrue();
    assertThat(Answers.ok(push(release))).isEqualTo(Pushed.MOVED);
  }

  @Test
  void aLockThatSomebodyMayHoldIsLeftAlone() throws IOException {
    Release release = release();
    Path lock = Files.createFile(bare.resolve("refs/heads/main.lock"));
    // However slow the machine is, the lock has just been taken.
    Files.setLastModifiedTime(lock, FileTime.from(Instant.now().plusSeconds(600)));
    assertThat(Answers.no(push(release)).retryable()).isTrue();
    assertThat(lock).exists();
  }

  private dev.opsagent.outside.Answer<Pushed> push(Release release) {
    return checkout.push(bare.toString(), "main", tip, release);
  }

  private Release release() {
    byte[] manifest = "{\"version\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);
    return Answers.ok(
        checkout.release(
            new ReleaseCommit(
                "main",
                "v1.0.0",
                "Release 1.0.0\n",
                Map.of("package.json", manifest),
                "Ops",
                "ops@localhost",
                Instant.parse("2026-01-02T03:04:05Z"))));
  }
}
