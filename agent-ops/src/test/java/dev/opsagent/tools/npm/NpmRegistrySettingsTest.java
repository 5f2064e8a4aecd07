package dev.opsagent.tools.npm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpmRegistrySettingsTest {

  @ParameterizedTest
  @CsvSource({
    "https://npm.example.com, true",
    "http://localhost:4873, true",
    "http://127.0.0.1:4873/, true",
    "http://npm:4873, false",
    "http://npm.example.com, false",
    "http://localhost.example.com, false",
  })
  void aCredentialTravelsEncryptedOrNotAtAll(URI url, boolean travels) {
    assertThat(settings(url, false).takesCredentials()).isEqualTo(travels);
  }

  @Test
  void anOperatorMayLetItTravelAsItIs() {
    assertThat(settings(URI.create("http://npm:4873"), true).takesCredentials()).isTrue();
  }

  @Test
  void aRefusalNamesTheSettingThatWouldLetIt() {
    Answer<String> refused = settings(URI.create("http://npm:4873"), false).refused("publish");

    assertThat(refused)
        .isInstanceOfSatisfying(
            Answer.No.class,
            no -> assertThat(no.failure().fix()).contains("registries.npm.unencrypted"));
  }

  private static NpmRegistrySettings settings(URI url, boolean unencrypted) {
    return new NpmRegistrySettings(
        "npm",
        url,
        unencrypted,
        () -> new Answer.Ok<>(Optional.of("token")),
        Path.of("cache"),
        Duration.ofSeconds(1));
  }
}
