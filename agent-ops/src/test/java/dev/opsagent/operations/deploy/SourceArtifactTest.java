package dev.opsagent.operations.deploy;

import static dev.opsagent.testing.GitProgram.commitAndPush;
import static dev.opsagent.testing.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.operations.Health;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Artifact.Found;
import dev.opsagent.operations.deploy.Artifact.OfSource;
import dev.opsagent.operations.deploy.DeployParameters.Source;
import dev.opsagent.operations.deploy.Sight.Origin;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.tools.git.GitRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a commit, from a real repository. */
class SourceArtifactTest {
  @TempDir Path folder;
  private Path developer;
  private Path remote;
  private String commit = "";

  @BeforeEach
  void createRepository() {
    remote = folder.resolve("shop.git");
    developer = folder.resolve("developer");
    git(folder, "init", "-q", "--bare", remote.toString());
    git(folder, "clone", "-q", remote.toString(), developer.toString());
    commit = commitAndPush(developer, "feat: one", Map.of("deploy/compose.yaml", "one"));
  }

  private OfSource source(Optional<String> path) {
    return new OfSource(
        new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
        new RepositoryRef(remote.toString(), Optional.of("main"), Optional.empty()),
        "local",
        new Source(path),
        Optional.empty());
  }

  private static Sight seen(Found found) {
    return new Sight(
        "compose",
        Optional.empty(),
        Optional.of(found.release()),
        Optional.of(found.reference()),
        found.origin().map(Origin::of),
        Terms.of(Optional.empty(), Health.DEFAULT));
  }

  @Test
  void aReleaseIsItsCommitAndTheFileThatSaysHowItRuns() throws Exception {
    Found found = source(Optional.of("deploy/compose.yaml")).find();

    assertThat(found.release().version()).isEqualTo(commit.substring(0, 12));
    assertThat(found.reference()).isEqualTo(remote + "@" + commit);
    assertThat(source(Optional.of("other.yaml")).find().release().digest())
        .isNotEqualTo(found.release().digest());
    assertThat(Sight.of(seen(found).facts())).isEqualTo(seen(found));
    commitAndPush(developer, "feat: two", Map.of("deploy/compose.yaml", "two"));
    assertThat(source(Optional.of("deploy/compose.yaml")).find().release().digest())
        .isNotEqualTo(found.release().digest());
  }

  @Test
  void theFilesAreThoseOfTheCommitThatWasPlannedWhateverTheBranchIsNow() throws Exception {
    OfSource source = source(Optional.empty());
    Sight seen = seen(source.find());
    commitAndPush(developer, "feat: two", Map.of("deploy/compose.yaml", "two"));
    Path place = folder.resolve("task").resolve(source.name());
    Files.createDirectories(place);
    assertThat(source.isAt(place, seen)).isFalse();

    source.fetch(place, seen);

    assertThat(place.resolve("deploy/compose.yaml")).hasContent("one");
    assertThat(source.isAt(place, seen)).isTrue();
    assertThat(source.isAt(place, seen(source.find()))).isFalse();
    source.fetch(place, seen(source.find()));
    assertThat(place.resolve("deploy/compose.yaml")).hasContent("two");
  }

  @Test
  void aWorkingFolderWithChangesIsRefused() throws Exception {
    remote = developer;
    assertThat(source(Optional.empty()).find().reference()).endsWith(commit);
    Files.writeString(developer.resolve("deploy/compose.yaml"), "uncommitted");
    assertThatThrownBy(() -> source(Optional.empty()).find())
        .isInstanceOf(Stopped.class)
        .hasMessageContaining("1 changes are not committed");
  }
}
