package dev.opsagent.testing;

import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the project ships for those who watch workers. */
public final class MonitoringFiles {
  private MonitoringFiles() {}

  /** The folder with Prometheus' configuration and the alerts. */
  public static Path prometheus() {
    return Readme.root().resolve("deploy/prometheus");
  }

  /** One alert, as it is written. */
  public record Alert(
      String name,
      String expression,
      String lasting,
      String severity,
      String summary,
      String description) {}

  /** All alerts, in the order of the file. */
  public static List<Alert> alerts() {
    return Json.readYamlTree(read(prometheus().resolve("alerts.yml")))
        .path("groups")
        .valueStream()
        .flatMap(group -> group.path("rules").valueStream())
        .map(MonitoringFiles::alert)
        .toList();
  }

  private static Alert alert(JsonNode rule) {
    return new Alert(
        rule.path("alert").asString(""),
        rule.path("expr").asString(""),
        rule.path("for").asString(""),
        rule.path("labels").path("severity").asString(""),
        rule.path("annotations").path("summary").asString(""),
        rule.path("annotations").path("description").asString(""));
  }

  /** The dashboard, as Grafana reads it. */
  public static JsonNode dashboard() {
    return Json.readTree(read(Readme.root().resolve("deploy/grafana/ops-agent.json")));
  }

  /** Its panels; rows are among them. */
  public static List<JsonNode> panels() {
    return dashboard().path("panels").valueStream().toList();
  }

  /** What its panels ask Prometheus for, with everything selected. */
  public static List<String> questions() {
    return panels().stream().flatMap(MonitoringFiles::questions).toList();
  }

  private static Stream<String> questions(JsonNode panel) {
    return panel
        .path("targets")
        .valueStream()
        .map(target -> target.path("expr").asString(""))
        .map(text ->
            text.replace("$__rate_interval", "5m")
                .replace("$job", ".*")
                .replace("$instance", ".*"));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
