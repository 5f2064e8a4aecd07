package dev.opsagent.authority.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Readme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The labelled instructions, and what the router makes of those on which it was not tuned. */
class RoutingFiguresTest {
  private static final Path FOLDER = Path.of("src/test/resources/routing");
  private static final int TRAIN_BELOW = 102;

  private final List<Labelled> train = read("train.jsonl");
  private final List<Labelled> heldOut = read("held-out.jsonl");

  @Test
  void theGoalsAreMetOnTheInstructionsThatWereHeldOut() {
    Evaluation evaluation = Evaluation.of(new Router(RoutingMap.DEFAULT), heldOut);

    assertThat(evaluation.right()).as(evaluation.toString()).isGreaterThanOrEqualTo(0.90);
    assertThat(evaluation.unsafe().share()).as(evaluation.toString()).isLessThanOrEqualTo(0.01);
  }

  @Test
  void readmeTellsTheFiguresThatTheCommandPrints() {
    Evaluation evaluation = Evaluation.of(new Router(RoutingMap.DEFAULT), heldOut);

    assertThat(Readme.read().text()).contains(String.join("\n", evaluation.lines()));
  }

  @Test
  void theSetIsLargeAndHalfOfItForeignOrMixed() {
    List<Labelled> all = Stream.of(train, heldOut).flatMap(List::stream).toList();

    assertThat(all).hasSizeGreaterThanOrEqualTo(1200);
    assertThat(heldOut).hasSizeGreaterThanOrEqualTo(300);
    assertThat(all.stream().filter(Labelled::foreign).count() * 2)
        .isGreaterThanOrEqualTo(all.size());
    assertThat(all.stream().map(Labelled::text)).doesNotHaveDuplicates();
  }

  @Test
  void whichPartAnInstructionBelongsToIsToldByItsText() {
    assertThat(train).allMatch(one -> bucket(one) < TRAIN_BELOW);
    assertThat(heldOut).allMatch(one -> bucket(one) >= TRAIN_BELOW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train.jsonl", "held-out.jsonl"})
  void labelsAreOfTheMapAndAgreeWithTheirDecision(String file) {
    for (Labelled one : read(file)) {
      assertThat(RoutingMap.DEFAULT.operations().keySet()).containsAll(one.operations());
      assertThat(RoutingMap.DEFAULT.owners().keySet()).containsAll(one.owners());
      boolean ours = !one.operations().isEmpty();
      boolean theirs = one.foreign();
      assertThat(one.decision())
          .as(one.text())
          .isEqualTo(
              theirs
                  ? (ours ? Routing.Decision.SPLIT : Routing.Decision.NOT_MINE)
                  : (ours ? Routing.Decision.ACCEPT : Routing.Decision.UNCLEAR));
    }
  }

  @Test
  void theUpperBoundIsTheExactOne() {
    assertThat(ClopperPearson.upper(0, 299)).isBetween(0.00996, 0.00998);
    assertThat(ClopperPearson.upper(3, 451)).isBetween(0.01709, 0.01711);
    assertThat(ClopperPearson.upper(5, 5)).isEqualTo(1);
  }

  /** The first byte of the text's SHA-256. */
  private static int bucket(Labelled one) {
    return Integer.parseInt(Digests.sha256(one.text()).substring(7, 9), 16);
  }

  private static List<Labelled> read(String file) {
    try {
      return Files.readAllLines(FOLDER.resolve(file)).stream()
          .map(line -> Json.read(line.getBytes(UTF_8), Labelled.class))
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
