package dev.opsagent.operations.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.operations.push.SemanticVersion.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SemanticVersionTest {
  @ParameterizedTest
  @CsvSource({
    "1.2.3,PATCH,1.2.4",
    "1.2.3,MINOR,1.3.0",
    "1.2.3,MAJOR,2.0.0",
    "0.1.2,MAJOR,1.0.0",
    "1.2.3-beta.1,PATCH,1.2.3",
    "1.3.0-beta.1,MINOR,1.3.0",
    "1.2.3-beta.1,MINOR,1.3.0",
    "2.0.0-rc.1,MAJOR,2.0.0",
    "2.1.0-rc.1,MAJOR,3.0.0",
  })
  void aPreReleaseIsFollowedByTheReleaseThatItLeadsTo(String from, Level level, String next) {
    assertThat(version(from).next(level)).hasToString(next);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2",
        "v1.2.3",
        "01.2.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3+",
        " 1.2.3",
        "1.2.3\n",
        "1.2.3-a..b",
        "1.2.9999999999999999999",
        "１.2.3"
      })
  void whatIsNoVersionIsRefused(String text) {
    assertThat(SemanticVersion.parse(text)).isEmpty();
  }

  @Test
  void versionsAreOrderedAsTheStandardSays() {
    List<SemanticVersion> ordered =
        Stream.of(
                "0.9.10",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.0.10",
                "1.1.0",
                "10.0.0")
            .map(SemanticVersionTest::version)
            .toList();
    List<SemanticVersion> sorted = new ArrayList<>(ordered);
    Collections.reverse(sorted);
    Collections.sort(sorted);
    assertThat(sorted).isEqualTo(ordered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2.3", "1.2.3-beta.1", "1.2.3-beta.1+build.5", "1.2.3+exp-1"})
  void aVersionIsWrittenAsItWasRead(String text) {
    assertThat(version(text)).hasToString(text);
  }

  static SemanticVersion version(String text) {
    return SemanticVersion.parse(text).orElseThrow();
  }
}
