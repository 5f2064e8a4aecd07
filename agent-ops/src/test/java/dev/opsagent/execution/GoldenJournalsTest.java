package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.protocol.Json;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The ledgers that earlier releases wrote mean to this one what they meant to them. */
class GoldenJournalsTest {
  private static final Set<String> FREE_NAMES = Set.of("facts", "parameters");

  static List<Path> kept() {
    return GoldenJournal.kept();
  }

  @Test
  void journals_are_kept() {
    assertThat(kept()).hasSizeGreaterThanOrEqualTo(10);
  }

  @ParameterizedTest
  @MethodSource("kept")
  void fault_25_every_prefix_of_an_earlier_releases_journal_folds_to_the_same_state(Path file) {
    List<JsonNode> states = GoldenJournal.read(file).states();
    List<JsonNode> expected = GoldenJournal.expected(file);
    assertThat(states).hasSameSizeAs(expected);
    for (int i = 0; i < states.size(); i++) {
      assertThat(Json.pretty(states.get(i)))
          .as("after record %d", i + 1)
          .isEqualTo(Json.pretty(expected.get(i)));
    }
  }

  @ParameterizedTest
  @MethodSource("kept")
  void fault_25_nothing_that_an_earlier_release_wrote_is_lost_when_a_task_is_written_again(
      Path file) {
    for (Ledger record : tasks(file)) {
      JsonNode before = Json.readTree(record.bytes().orElseThrow());
      JsonNode after = Json.readTree(Json.write(task(before)));
      assertThat(missing("", before, after)).isEqualTo(Optional.empty());
    }
  }

  @ParameterizedTest
  @MethodSource("kept")
  void fault_25_what_a_later_release_adds_is_passed_over(Path file) {
    for (Ledger record : tasks(file)) {
      JsonNode before = Json.readTree(record.bytes().orElseThrow());
      JsonNode later = Json.readTree(record.bytes().orElseThrow());
      addEverywhere(later);
      assertThat(task(later)).isEqualTo(task(before));
    }
  }

  private static List<Ledger> tasks(Path file) {
    return GoldenJournal.read(file).records().stream()
        .filter(record -> !record.key().startsWith("~") && record.value().isPresent())
        .toList();
  }

  private static TaskRecord task(JsonNode record) {
    return Json.readAcrossReleases(Json.write(record), TaskRecord.class);
  }

  /** Puts a field into every object but those whose names are free. */
  private static void addEverywhere(JsonNode node) {
    if (node instanceof ArrayNode array) {
      array.forEach(GoldenJournalsTest::addEverywhere);
    }
    if (node instanceof ObjectNode object) {
      object.properties().stream()
          .filter(field -> !FREE_NAMES.contains(field.getKey()))
          .forEach(field -> addEverywhere(field.getValue()));
      object.putObject("addedLater").put("with", "something");
    }
  }

  /** Where the second tree lacks something of the first. */
  private static Optional<String> missing(String path, JsonNode wanted, JsonNode found) {
    if (wanted instanceof ObjectNode object && found instanceof ObjectNode) {
      return object.properties().stream()
          .flatMap(field -> missing(path, field, found).stream())
          .findFirst();
    }
    if (wanted instanceof ArrayNode
        && found instanceof ArrayNode
        && wanted.size() == found.size()) {
      Iterator<JsonNode> elements = found.iterator();
      for (JsonNode element : wanted) {
        Optional<String> missing = missing(path + "[]", element, elements.next());
        if (missing.isPresent()) {
          return missing;
        }
      }
      return Optional.empty();
    }
    return wanted.equals(found) ? Optional.empty() : Optional.of(path);
  }

  private static Optional<String> missing(
      String path, Map.Entry<String, JsonNode> field, JsonNode found) {
    String below = path + "/" + field.getKey();
    JsonNode there = found.get(field.getKey());
    return there == null ? Optional.of(below) : missing(below, field.getValue(), there);
  }
}
