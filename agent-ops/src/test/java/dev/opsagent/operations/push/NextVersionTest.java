package dev.opsagent.operations.push;

import static dev.opsagent.operations.push.SemanticVersionTest.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextVersionTest {
  @ParameterizedTest
  @CsvSource({"patch,1.0.3", "minor,1.1.0", "major,2.0.0", "auto,1.1.0", "1.0.7,1.0.7"})
  void theFirstFreeVersionOfTheLevelIsTaken(String bump, String expected) throws Stopped {
    assertThat(next(bump, "feat: x", "1.0.1", "1.0.2")).hasToString(expected);
  }

  @Test
  void anExplicitVersionThatIsTakenIsRefused() {
    assertStops("1.0.1", ReasonCode.VERSION_TAKEN);
  }

  @Test
  void anExplicitVersionBelowTheCurrentOneIsRefused() {
    assertStops("0.9.0", ReasonCode.PRECONDITION_FAILED);
  }

  @Test
  void theCurrentVersionItselfCanBeReleasedOnce() throws Stopped {
    assertThat(next("1.0.0", "fix: x")).hasToString("1.0.0");
  }

  @Test
  void autoRefusesWhenThereIsNothingToRelease() {
    assertThatThrownBy(() -> next("auto", "docs: x")).hasMessageContaining("nothing to release");
  }

  @Test
  void buildMetadataIsNoBump() {
    assertThat(Bump.parse("1.0.0+a")).isEmpty();
    assertThat(Bump.parse("newest")).isEmpty();
  }

  private static void assertStops(String bump, ReasonCode code) {
    assertThatThrownBy(() -> next(bump, "fix: x", "1.0.1"))
        .isInstanceOfSatisfying(Stopped.class, s -> assertThat(s.failure().code()).isEqualTo(code));
  }

  private static SemanticVersion next(String bump, String message, String... taken) throws Stopped {
    Set<String> known = Set.of(taken);
    return new NextVersion(
            version("1.0.0"), List.of(message), version -> known.contains(version.toString()))
        .of(Bump.parse(bump).orElseThrow());
  }
}
