package dev.opsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.testing.MonitoringFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The form of the dashboard; what it shows is held to a worker elsewhere. */
class DashboardTest {
  private static final int COLUMNS = 24;

  private static final Set<String> OF_DASHBOARD =
      Set.of(
          "uid",
          "title",
          "description",
          "tags",
          "timezone",
          "editable",
          "graphTooltip",
          "refresh",
          "schemaVersion",
          "version",
          "fiscalYearStartMonth",
          "liveNow",
          "weekStart",
          "time",
          "timepicker",
          "annotations",
          "links",
          "templating",
          "panels");
  private static final Set<String> OF_ROW =
      Set.of("id", "type", "title", "collapsed", "gridPos", "panels");
  private static final Set<String> OF_PANEL =
      Set.of(
          "id",
          "type",
          "title",
          "description",
          "datasource",
          "gridPos",
          "fieldConfig",
          "options",
          "targets");
  private static final Set<String> OF_TARGET =
      Set.of("refId", "datasource", "editorMode", "expr", "legendFormat", "instant", "range");
  private static final Set<String> UNITS = Set.of("short", "s", "ops", "bytes", "percentunit");

  private final JsonNode dashboard = MonitoringFiles.dashboard();

  static List<JsonNode> panels() {
    return MonitoringFiles.panels();
  }

  @Test
  void itIsNobodysYet() {
    assertThat(dashboard.propertyNames()).allMatch(OF_DASHBOARD::contains);
    assertThat(dashboard.path("uid").asString("")).isEqualTo("ops-agent");
    assertThat(dashboard.path("schemaVersion").asInt(0)).isGreaterThanOrEqualTo(39);
  }

  @Test
  void panelsHaveNumbersAndTitlesOfTheirOwn() {
    assertThat(panels()).extracting(it -> it.path("id").asInt(0)).doesNotHaveDuplicates();
    assertThat(panels()).extracting(it -> it.path("title").asString("")).doesNotHaveDuplicates();
  }

  @Test
  void noPanelLiesOnAnother() {
    Set<List<Integer>> taken = new HashSet<>();
    for (JsonNode panel : panels()) {
      JsonNode grid = panel.path("gridPos");
      assertThat(grid.path("x").asInt(-1)).isNotNegative();
      assertThat(grid.path("x").asInt() + grid.path("w").asInt()).isLessThanOrEqualTo(COLUMNS);
      for (List<Integer> cell : cells(grid)) {
        assertThat(taken.add(cell)).as(panel.path("title") + " at " + cell).isTrue();
      }
    }
  }

  private static List<List<Integer>> cells(JsonNode grid) {
    List<List<Integer>> cells = new ArrayList<>();
    IntStream.range(0, grid.path("w").asInt())
        .forEach(x ->
            IntStream.range(0, grid.path("h").asInt())
                .forEach(y ->
                    cells.add(List.of(grid.path("x").asInt() + x, grid.path("y").asInt() + y))));
    return cells;
  }

  @ParameterizedTest
  @MethodSource("panels")
  void aPanelSaysWhereItsFiguresComeFromAndWhatTheyAre(JsonNode panel) {
    if (panel.path("type").asString("").equals("row")) {
      assertThat(panel.propertyNames()).allMatch(OF_ROW::contains);
      return;
    }
    assertThat(panel.path("type").asString("")).isIn("stat", "timeseries");
    assertThat(panel.propertyNames()).allMatch(OF_PANEL::contains);
    assertThat(source(panel)).isEqualTo("${datasource}");
    assertThat(UNITS)
        .contains(panel.path("fieldConfig").path("defaults").path("unit").asString(""));
    assertThat(panel.path("targets").valueStream())
        .isNotEmpty()
        .allSatisfy(target -> {
          assertThat(target.propertyNames()).allMatch(OF_TARGET::contains);
          assertThat(source(target)).isEqualTo("${datasource}");
          assertThat(target.path("expr").asString("")).contains("job=~\"$job\"");
          assertThat(target.path("legendFormat").asString("")).isNotBlank();
        });
    assertThat(panel.path("targets").valueStream().map(it -> it.path("refId").asString("")))
        .doesNotHaveDuplicates();
  }

  @Test
  void everyVariableThatIsUsedIsDeclared() {
    Set<String> declared =
        dashboard
            .path("templating")
            .path("list")
            .valueStream()
            .map(it -> it.path("name").asString(""))
            .collect(Collectors.toSet());

    assertThat(declared).containsExactlyInAnyOrder("datasource", "job", "instance");
    assertThat(MonitoringFiles.questions()).noneMatch(question -> question.contains("$"));
  }

  private static String source(JsonNode of) {
    return of.path("datasource").path("uid").asString("");
  }
}
