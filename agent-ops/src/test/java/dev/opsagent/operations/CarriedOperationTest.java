package dev.opsagent.operations;

import static dev.opsagent.testing.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.DecoratedOperation;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.UntouchedOperation;
import dev.opsagent.tools.git.GitRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether evidence carries over to a release commit, on real repositories. */
final class CarriedOperationTest {
  private static final String MANIFEST = "{\n  \"name\": \"web\",\n  \"version\": \"%s\"%s\n}\n";
  private static final String LOCK =
      "{\"name\": \"web\", \"version\": \"%s\", \"packages\": {\"\": {\"version\": \"%s\"}}}\n";

  @TempDir Path folder;
  private Path remote;
  private Path developer;
  private String judged = "";

  /** Changes the developer's folder. */
  private interface Edit {
    void make() throws IOException;
  }

  @BeforeEach
  void create() {
    remote = folder.resolve("web.git");
    developer = folder.resolve("developer");
    git(folder, "init", "-q", "--bare", remote.toString());
    git(folder, "clone", "-q", remote.toString(), developer.toString());
    write("package.json", MANIFEST.formatted("1.0.0", ""));
    write("package-lock.json", LOCK.formatted("1.0.0", "1.0.0"));
    write("server.js", "serve();\n");
    judged = commit();
  }

  @Test
  void whatCountsForACommitCountsForItsReleaseToo() {
    release("1.0.1");
    String release = commit();

    Facts facts = resolve();

    assertThat(facts.find(CarriedOperation.COMMITS)).contains(release + " " + judged);
    assertThat(operation().subjects(task(), facts))
        .containsExactly(
            new Subject(
                Optional.of(remote.toString()),
                List.of(release, judged),
                Optional.empty(),
                Optional.empty()));
    assertThat(folder.resolve("work/t-1/descent")).doesNotExist();
  }

  @Test
  void ofTwoReleasesInARowOnlyTheParentIsProved() {
    release("1.0.1");
    String first = commit();
    release("1.0.2");
    String second = commit();

    assertThat(resolve().find(CarriedOperation.COMMITS)).contains(second + " " + first);
  }

  @Test
  void theFirstCommitAndACommitWithCodeCarryNothing() {
    assertThat(resolve().find(CarriedOperation.COMMITS)).isEmpty();
    write("server.js", "serve(0);\n");
    commit();

    assertThat(resolve().find(CarriedOperation.COMMITS)).isEmpty();
  }

  @Test
  void oneMoreByteInAReleaseFileIsOneTooMany() throws IOException {
    nothingCarriedAfter(() -> write("package.json", MANIFEST.formatted("1.0.1", "") + "\n"));
    nothingCarriedAfter(
        () -> write("package.json", MANIFEST.formatted("1.0.1", ",\n  \"bin\": \"x\"")));
    nothingCarriedAfter(
        () -> write("package.json", MANIFEST.formatted("1.0.1", ",\n  \"version\": \"1.0.1\"")));
    nothingCarriedAfter(() -> write("package.json", "\uFEFF" + MANIFEST.formatted("1.0.1", "")));
  }

  @Test
  void oneMoreFileIsOneTooMany() throws IOException {
    nothingCarriedAfter(() -> write("server.js", "serve();\n\n"));
    nothingCarriedAfter(() -> write("empty", ""));
    nothingCarriedAfter(() -> write("Dockerfile", "FROM scratch\n"));
    nothingCarriedAfter(() -> write("web/package.json", MANIFEST.formatted("1.0.1", "")));
    nothingCarriedAfter(() -> write("Package.json", MANIFEST.formatted("1.0.1", "")));
    nothingCarriedAfter(() -> write(".gitattributes", "* text\n"));
  }

  @Test
  void aChangeOfModeOrKindIsNoRelease() throws IOException {
    nothingCarriedAfterStaging(() -> git(developer, "update-index", "--chmod=+x", "package.json"));
    nothingCarriedAfterStaging(() -> git(developer, "update-index", "--chmod=+x", "server.js"));
    nothingCarriedAfter(() -> {
      Files.delete(developer.resolve("package-lock.json"));
      Files.createSymbolicLink(developer.resolve("package-lock.json"), Path.of("package.json"));
    });
    nothingCarriedAfterStaging(() ->
        git(developer, "update-index", "--add", "--cacheinfo", "160000," + judged + ",vendored"));
  }

  @Test
  void aFileThatWasRenamedOrDeletedIsNoRelease() throws IOException {
    nothingCarriedAfter(() -> git(developer, "mv", "server.js", "index.js"));
    nothingCarriedAfter(() -> Files.delete(developer.resolve("package-lock.json")));
    nothingCarriedAfter(() -> git(developer, "mv", "package-lock.json", "npm-shrinkwrap.json"));
  }

  @Test
  void versionsThatDifferOrAreNoneAreNoRelease() throws IOException {
    nothingCarriedAfter(() -> write("package-lock.json", LOCK.formatted("1.0.2", "1.0.2")));
    nothingCarriedAfter(() -> write("package-lock.json", LOCK.formatted("1.0.1", "1.0.0")));
    nothingCarriedAfter(() -> write("package.json", MANIFEST.formatted("$(touch x)", "")));
  }

  @Test
  void aMergeIsNoRelease() {
    git(developer, "checkout", "-q", "-b", "side");
    write("side.txt", "side");
    git(developer, "add", "-A");
    git(developer, "commit", "-q", "-m", "side");
    git(developer, "checkout", "-q", "main");
    release("1.0.1");
    commit();
    git(developer, "merge", "-q", "--no-ff", "-s", "ours", "-m", "merge", "side");
    git(developer, "push", "-q", "origin", "main");

    assertThat(resolve().find(CarriedOperation.COMMITS)).isEmpty();
  }

  @Test
  void aRepositoryThatDoesNotAnswerIsAskedAgainAndNothingIsProvedMeanwhile() throws IOException {
    release("1.0.1");
    commit();
    Files.move(remote, folder.resolve("gone.git"));

    assertThat(operation().resolve(task(), context())).isInstanceOf(Resolution.Unresolved.class);
  }

  private void nothingCarriedAfter(Edit edit) throws IOException {
    nothingCarriedAfterStaging(() -> {
      edit.make();
      git(developer, "add", "-A");
    });
  }

  /** The change is made beside a sound release. */
  private void nothingCarriedAfterStaging(Edit edit) throws IOException {
    git(developer, "reset", "-q", "--hard", judged);
    git(developer, "clean", "-q", "-f", "-d");
    release("1.0.1");
    git(developer, "add", "-A");
    edit.make();
    committed();
    assertThat(resolve().find(CarriedOperation.COMMITS)).isEmpty();
  }

  private void release(String version) {
    write("package.json", MANIFEST.formatted(version, ""));
    write("package-lock.json", LOCK.formatted(version, version));
  }

  private void write(String name, String content) {
    GitProgram.write(developer.resolve(name), content);
  }

  private String commit() {
    git(developer, "add", "-A");
    return committed();
  }

  /** What is staged, whatever the folder holds. */
  private String committed() {
    git(developer, "commit", "-q", "-m", "change");
    git(developer, "push", "-q", "--force", "origin", "HEAD:refs/heads/main");
    return git(developer, "rev-parse", "HEAD");
  }

  private Facts resolve() {
    return switch (operation().resolve(task(), context())) {
      case Resolution.Resolved(Facts facts) -> facts;
      case Resolution.Unresolved(Failure failure) -> throw new AssertionError(failure.sentence());
    };
  }

  private Operation operation() {
    return new CarriedOperation(
        new OfHead(),
        new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
        new Workspaces() {
          @Override
          public Path of(String taskId) {
            return folder.resolve("work").resolve(taskId);
          }

          @Override
          public void delete(String taskId) {
            throw new AssertionError("nothing is deleted");
          }
        },
        OwnershipMap.standard());
  }

  private static TaskDispatch task() {
    String yaml =
        """
        {taskId: t-1, operation: act, target: {environment: local, service: web}, requestedBy: pm}
        """;
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  private static StepContext context() {
    return new StepContext(
        task(), Facts.NONE, Optional.empty(), () -> {}, _ -> {}, Duration.ofMinutes(1));
  }

  /** Is about the head of the remote's branch. */
  private final class OfHead implements DecoratedOperation {
    @Override
    public Operation operation() {
      return new UntouchedOperation();
    }

    @Override
    public Resolution resolve(TaskDispatch task, StepContext context) {
      return new Resolution.Resolved(Facts.NONE.with("head", git(developer, "rev-parse", "HEAD")));
    }

    @Override
    public List<Subject> subjects(TaskDispatch task, Facts observations) {
      return List.of(Subject.commit(remote.toString(), observations.get("head")));
    }
  }
}
