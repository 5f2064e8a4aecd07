package dev.opsagent.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The map that comes along: whose is what, and nothing widens it. */
class OwnershipMapTest {
  private static final OwnershipMap MAP = OwnershipMap.standard();
  private static final Path GOLDEN = Path.of("src/test/resources/golden/ownership");

  static Stream<Path> trees() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void everyPathOfATreeHasItsReviewedOwnerAndRule(Path tree) throws IOException {
    List<String> lines = Files.readAllLines(tree);

    assertThat(lines).hasSizeBetween(40, 150);
    assertThat(lines.stream().map(line -> line.split("\t", -1)[0]).map(OwnershipMapTest::judged))
        .containsExactlyElementsOf(lines);
  }

  /** A worker does not prove it again: after a change of the map, put its digest there. */
  @Test
  void theMapInTheJarIsTheOneThatIsProvedHere() {
    OwnershipMap.Reading reading =
        OwnershipMap.read(Json.readYamlTree(OwnershipMap.standardText()));

    assertThat(reading).isInstanceOf(OwnershipMap.Reading.Proved.class);
    assertThat(((OwnershipMap.Reading.Proved) reading).map().digest())
        .isEqualTo(OwnershipMap.PROVED)
        .isEqualTo(MAP.digest());
  }

  @Test
  void thereAreTenTrees() throws IOException {
    assertThat(trees()).hasSize(10);
  }

  private static String judged(String path) {
    Judgement judgement = MAP.judge(path);
    return path + "\t" + judgement.owner().id() + "\t" + judgement.rule();
  }

  @ParameterizedTest
  @CsvSource({
    "src/main/java/com/example/DockerAdapter.java,ENGINEER",
    "app/docker_client.py,ENGINEER",
    "infra/main.tf,OPS",
    "Jenkinsfile,OPS",
    ".env.production,OPS",
    ".npmrc,OPS",
    "charts/app/templates/deploy.yaml,OPS",
    "db/migrations/001.sql,DATA_ENGINEER",
    "docs/deploy.md,DOCUMENTATION",
    "services/web/Dockerfile.prod,OPS",
    "src/Dockerfile.java,ENGINEER",
    "src/Dockerfile.java/X.java,ENGINEER",
    "dist/.env,OPS",
    "node_modules/left-pad/.npmrc,OPS",
    "src/build/plan.js,ENGINEER",
    "packages/a/src/dist/x.js,ENGINEER",
    "src/test/java/build/PlanTest.java,QA",
    "src/security/Login.java,SECURITY",
    "node_modules/left-pad/README.md,GENERATED",
    "packages/a/dist/index.js,GENERATED",
    "distribution/index.js,ENGINEER",
    "dist,ENGINEER",
  })
  void pathsThatOthersTakeForSomethingElseHaveTheirOwner(String path, Owner owner) {
    assertThat(MAP.judge(path).owner()).isEqualTo(owner);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a\\b", "a\0b", "a\nb"})
  void fault_26_whatIsNoNormalisedRelativePathIsRefused(String path) {
    assertThat(RepositoryPath.isPath(path)).isFalse();
    assertThatThrownBy(() -> MAP.judge(path)).isInstanceOf(IllegalArgumentException.class);
    assertThat(MAP.refusal(path)).isPresent();
  }

  @Test
  void fault_26_anOverLongPathAndHalfASurrogateAreRefused() {
    assertThat(RepositoryPath.isPath("a".repeat(4096))).isTrue();
    assertThat(RepositoryPath.isPath("a".repeat(4097))).isFalse();
    assertThat(RepositoryPath.isPath("a\ud83d")).isFalse();
    assertThat(RepositoryPath.isPath("\ude00")).isFalse();
    assertThat(RepositoryPath.isPath("a\ud83d\ude00")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".git/config",
        ".git",
        "a/.git/hooks/pre-commit",
        ".gitmodules",
        "deploy/.gitmodules",
        "node_modules/x/.git/config",
        "deploy/.GIT/config",
        "deploy/.git./config",
        "deploy/.git /config",
        "deploy/git~1/config",
        "deploy/.git::$INDEX_ALLOCATION/config",
        "deploy/.g\u200cit/config",
        "deploy/\uff0egit/config",
        "deploy/.G\u0131T/config",
        "deploy/.gitmodules.",
      })
  void fault_29_gitsOwnFilesBelongToVersionControlAtAnyDepthHoweverSpelt(String path) {
    assertThat(MAP.judge(path).owner()).isEqualTo(Owner.VERSION_CONTROL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deploy/DOCS.MD",
        "deploy/x.SQL",
        "deploy/Migrations/x.yaml",
        "deploy/\uff4digrations/x.yaml",
        "deploy/migrations./x.yaml",
        "deploy/x.md ",
        "SRC/deploy/k8s/x.yaml",
        "deploy/a\uff0fb.yaml",
        "deploy/\u2025/x.yaml",
        "deploy/\ufffd.yaml",
        "deploy/.../x.yaml",
      })
  void fault_26_aTwinOfAnotherAgentsPathIsNotOps(String path) {
    assertThat(MAP.judge(path).owner().isForeign()).as(path).isTrue();
  }

  @Test
  void aPathThatIsOpsOnlyInOneSpellingStaysItsOwnersInTheOthers() {
    assertThat(MAP.judge("Dockerfile").owner()).isEqualTo(Owner.OPS);
    assertThat(MAP.judge("dockerfile").owner()).isEqualTo(Owner.ENGINEER);
    assertThat(MAP.judge("NODE_MODULES/x").owner()).isEqualTo(Owner.ENGINEER);
  }

  /** Names from rules and from nowhere, so that random paths meet many rules. */
  private static final List<String> NAMES =
      List.of(
          "src",
          "test",
          "deploy",
          "docs",
          "migrations",
          "dist",
          "node_modules",
          ".git",
          "security",
          "charts",
          "main.tf",
          "Dockerfile",
          "README.md",
          "x.sql",
          ".env",
          "package.json",
          "infra",
          "a",
          "Stra\u00dfe",
          "caf\u00e9",
          "k8s",
          "x.yaml",
          "app.py",
          "test_x.py",
          "build",
          "\u212a");

  @Test
  void fault_26_randomPathsHaveOneOwnerAndNoTwinOfAForeignOneIsEverWritable() {
    long seed = 20261124;
    Random random = new Random(seed);
    int foreign = 0;
    for (int i = 0; i < 20_000; i++) {
      String path = path(random);
      Owner owner = MAP.judge(path).owner();
      assertThat(MAP.judge(path).owner()).isEqualTo(owner);
      boolean foreignByFold =
          MAP.judge(RepositoryPath.folded(path).orElse("x")).owner().isForeign()
              && MAP.explain(path).ofTwins().isEmpty()
              && owner.isForeign();
      if (foreignByFold && namedForeign(path)) {
        foreign++;
        String twin = twin(path, random);
        assertThat(MAP.judge(twin).owner().isForeign()).as("seed %d %s", seed, twin).isTrue();
      }
    }
    assertThat(foreign).isGreaterThan(1_000);
  }

  /** Foreign by a rule that names it, not because no rule does. */
  private static boolean namedForeign(String path) {
    return !MAP.judge(path).rule().equals("rest/application");
  }

  private static String path(Random random) {
    StringBuilder path = new StringBuilder(NAMES.get(random.nextInt(NAMES.size())));
    for (int more = random.nextInt(4); more > 0; more--) {
      path.append('/').append(NAMES.get(random.nextInt(NAMES.size())));
    }
    return path.toString();
  }

  private static String twin(String path, Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> path.toUpperCase(Locale.ROOT);
      case 1 -> Normalizer.normalize(path, Normalizer.Form.NFD);
      case 2 -> path.replace('e', '\uff45').replace('s', '\u017f');
      case 3 -> path.replace("/", "./") + ".";
      default -> path.replace("i", "i\u200d");
    };
  }

  @ParameterizedTest
  @CsvSource({
    "package.json,/version,OPS",
    "package.json,/publishConfig/access,OPS",
    "package.json,/scripts/release:canary,OPS",
    "package.json,/scripts/prepack,ENGINEER",
    "package.json,/dependencies,ENGINEER",
    "package.json,/versions,ENGINEER",
    "package-lock.json,/packages//version,OPS",
    "packages/a/package.json,/version,OPS",
    "node_modules/a/package.json,/version,GENERATED",
    "packages/security/package.json,/version,SECURITY",
    "Package.json,/version,ENGINEER",
    "pyproject.toml,/project/version,OPS",
    "pyproject.toml,/tool/pytest/ini_options,QA",
    "pyproject.toml,/project/dependencies,ENGINEER",
    "pom.xml,/project/version,OPS",
    "pom.xml,/project/dependencies/dependency/0/version,ENGINEER",
    "docker-compose.yml,/services/web/image,OPS",
    "docker-compose.yml,/services/migrate/image,DATA_ENGINEER",
    ".gitlab-ci.yml,/deploy/script/0,OPS",
    ".gitlab-ci.yml,/sast/variables,SECURITY",
    "Dockerfile,/version,OPS",
  })
  void aSharedFileIsDividedByPointers(String path, String pointer, Owner owner) {
    assertThat(MAP.judge(path, pointer).owner()).isEqualTo(owner);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scripts/deploy/rollout.py | import subprocess | OPS",
        "scripts/deploy/rollout.py | from fastapi import FastAPI | ENGINEER",
        "scripts/deploy/rollout.py | import  pytest | QA",
        "deploy/job.yaml | command: psql -c 'ALTER TABLE a ADD b int' | DATA_ENGINEER",
        "deploy/application.yaml | kind: Application | OPS",
        "deploy/application.yaml | spring: | ENGINEER",
        "src/app.py | import subprocess | ENGINEER",
      })
  void aMarkerInTheContentTakesAFileFromOpsAndNeverGivesOne(String path, String line, Owner owner) {
    byte[] content = ("#!x\n" + line.strip() + "\n").getBytes(StandardCharsets.UTF_8);

    assertThat(MAP.judge(path, content).owner()).isEqualTo(owner);
  }

  @Test
  void aFileTooLargeToBeSearchedIsTakenForMarked() {
    assertThat(MAP.judge("deploy/job.sh", new byte[Marker.MOST_BYTES + 1]).owner().isForeign())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "Dockerfile,true",
    "package.json,true",
    "package.json#/version,true",
    "package.json#/dependencies/x,false",
    "src/app.js,false",
    "deploy/README.md,false",
    "../Dockerfile,false",
  })
  void aPlanMayDeclareWhatIsOps(String declared, boolean allowed) {
    assertThat(MAP.refusal(declared).isEmpty()).isEqualTo(allowed);
  }

  @Test
  void theDigestIsOfTheContentAndNotOfItsLayout() {
    String one = new String(OwnershipMap.standardText(), StandardCharsets.UTF_8);
    String layout = "# another comment\n" + one;
    String other = one.replace("\"**/.envrc\"", "\"**/.envrcs\"");

    assertThat(digest(layout)).isEqualTo(MAP.digest()).startsWith("sha256:");
    assertThat(digest(other)).isNotEqualTo(MAP.digest());
  }

  private static String digest(String yaml) {
    return MapOf.proved(MapOf.text(yaml)).digest();
  }

  @Test
  void anExplanationNamesTheRulesThatLost() {
    Explanation told = MAP.explain("deploy/migrations/001.sql");

    assertThat(told.judgement().rule()).isEqualTo("data/schemas");
    assertThat(told.claims().stream().map(it -> it.judgement().rule()))
        .containsSubsequence("data/schemas", "folders/deployment", "rest/application");
    assertThat(MAP.explain("deploy/x.MD").ofTwins()).isNotEmpty();
    assertThat(Json.tree(told).at("/judgement/owner").asString()).isEqualTo("data-engineer");
  }
}
