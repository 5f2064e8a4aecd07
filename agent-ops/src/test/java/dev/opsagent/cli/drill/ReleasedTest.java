package dev.opsagent.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReleasedTest {
  private static final List<String> THREE = List.of("1.0.1", "1.0.2", "1.0.3");
  private static final List<String> TAGS = List.of("v1.0.1", "v1.0.2", "v1.0.3");

  @Test
  void whatWasToldAndIsThereIsInOrder() {
    Released released = new Released(THREE, THREE, TAGS);

    assertThat(released.missing() + released.repeated() + released.reordered()).isZero();
  }

  @Test
  void aVersionOrATagThatNobodyToldOfIsRepeated() {
    assertThat(new Released(THREE.subList(0, 2), THREE, TAGS).repeated()).isEqualTo(2);
  }

  @Test
  void aVersionThatTwoTasksTellOfIsRepeated() {
    assertThat(
            new Released(List.of("1.0.1", "1.0.1"), THREE.subList(0, 1), TAGS.subList(0, 1))
                .repeated())
        .isEqualTo(1);
  }

  @Test
  void whatIsToldOfAndNotThereIsMissing() {
    assertThat(new Released(THREE, THREE.subList(0, 2), TAGS).missing()).isEqualTo(1);
    assertThat(new Released(THREE, THREE, TAGS.subList(1, 3)).missing()).isEqualTo(1);
  }

  @Test
  void aLaterTaskWithAnEarlierVersionIsOutOfTurn() {
    assertThat(new Released(List.of("1.0.2", "1.0.1", "1.0.10"), THREE, TAGS).reordered())
        .isEqualTo(1);
  }
}
