package dev.opsagent.operations.configure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentFileTest {
  private static final Set<String> SERVED = Set.of("staging", "prod", "prod-eu");

  @ParameterizedTest
  @CsvSource({
    ".env.staging, staging, prod, .env.prod",
    "config/staging.yaml, staging, prod-eu, config/prod-eu.yaml",
    "environments/staging/app-staging.json, staging, prod, environments/prod/app-prod.json",
    "config/prod-eu.yaml, prod-eu, staging, config/staging.yaml",
  })
  void theFileOfAnotherEnvironmentHasItsNameInPlaceOfThisOne(
      String path, String own, String other, String expected) {
    assertThat(new EnvironmentFile(path, SERVED).of(own, other)).contains(expected);
  }

  @ParameterizedTest
  @CsvSource({".env", "config/settings.yaml", "staging2/app.yaml", "products/app.yaml"})
  void aPathWithoutANameBelongsToNoEnvironment(String path) {
    assertThat(new EnvironmentFile(path, SERVED).named()).isEmpty();
    assertThat(new EnvironmentFile(path, SERVED).of("staging", "prod")).isEmpty();
  }

  @Test
  void ofNamesWithinNamesTheLongestCounts() {
    assertThat(new EnvironmentFile(".env.prod-eu", SERVED).named()).containsExactly("prod-eu");
    assertThat(new EnvironmentFile("prod/staging.env", SERVED).named())
        .containsExactlyInAnyOrder("prod", "staging");
  }
}
