package dev.opsagent.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnershipTest {
  @ParameterizedTest
  @CsvSource({
    "Dockerfile,OPS",
    "services/web/Dockerfile.prod,OPS",
    "compose.yaml,OPS",
    "docker-compose.override.yml,OPS",
    ".github/workflows/ci.yml,OPS",
    "main.tf,OPS",
    ".env,OPS",
    "services/web/.env.local,OPS",
    "dist/.env,OPS",
    "node_modules/left-pad/.npmrc,OPS",
    "monitoring/alerts.yml,OPS",
    "src/main/java/DockerAdapter.java,ENGINEER",
    "src/Dockerfile.java/X.java,ENGINEER",
    "index.js,ENGINEER",
    "package.json,ENGINEER",
    "package-lock.json,ENGINEER",
    "src/build/plan.js,ENGINEER",
    "packages/a/src/dist/x.js,ENGINEER",
    "test/server.js,QA",
    "src/test/java/build/PlanTest.java,QA",
    "src/server.test.js,QA",
    "README.md,DOCUMENTATION",
    "docs/how.html,DOCUMENTATION",
    "SECURITY.md,SECURITY",
    "src/security/Login.java,SECURITY",
    "db/migrations/001.js,DATA_ENGINEER",
    "schema.sql,DATA_ENGINEER",
    ".gitignore,VERSION_CONTROL",
    ".github/CODEOWNERS,VERSION_CONTROL",
    "CODEOWNERS,VERSION_CONTROL",
    "node_modules/left-pad/README.md,GENERATED",
    "packages/a/node_modules/x/index.js,GENERATED",
    "dist/index.js,GENERATED",
    "dist/docs/index.md,GENERATED",
    "packages/a/dist/index.js,GENERATED",
    "distribution/index.js,ENGINEER",
    "dist,ENGINEER",
  })
  void everyPathHasOneOwner(String path, Owner owner) {
    assertThat(Ownership.DEFAULT.of(path)).isEqualTo(owner);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a\\b", "a\0b", "a\nb"})
  void whatIsNoNormalisedRelativePathIsRefused(String path) {
    assertThat(Ownership.isPath(path)).isFalse();
    assertThatThrownBy(() -> Ownership.DEFAULT.of(path))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anOverLongPathIsRefused() {
    assertThat(Ownership.isPath("a".repeat(4097))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "package.json,/version,OPS",
    "package.json,/publishConfig,OPS",
    "package.json,/dependencies,ENGINEER",
    "package-lock.json,/packages//version,OPS",
    "packages/a/package.json,/version,ENGINEER",
    "Dockerfile,/version,OPS",
  })
  void aSharedFileIsDividedByPointers(String path, String pointer, Owner owner) {
    assertThat(Ownership.DEFAULT.of(path, pointer)).isEqualTo(owner);
  }
}
