package dev.opsagent.operations.configure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StructuredTest {
  private static final SettingsFormat YAML =
      new Structured(new YamlNotation(), new Place.Anywhere());
  private static final SettingsFormat JSON =
      new Structured(new JsonNotation(), new Place.Anywhere());
  private static final SettingsFormat MAP =
      new Structured(new YamlNotation(), new Place.OfConfigMap("shop"));

  private static final String SETTINGS =
      """
      # \uD83D\uDE80 settings
      server:   # of the api
          port: 80 # why
          name: 'it''s'
          "quoted": "a"

          empty:
          text: |
            port: 1
          list: [1, {port: 2}]
      flow: {a: 1, b: two, c: {d: 3}}
      last: x
      """;

  private static JsonNode json(String json) {
    return Json.readTree(json.getBytes(StandardCharsets.UTF_8));
  }

  private static Edit set(String key, String json) {
    return new Edit.Set(key, json(json));
  }

  private static void changes(SettingsFormat format, String text, Edit edit, String from, String to)
      throws Stopped {
    assertThat(text).containsOnlyOnce(from);
    assertThat(format.edit(text, edit)).isEqualTo(text.replace(from, to));
    String windows = text.replace("\n", "\r\n");
    assertThat(format.edit(windows, edit))
        .isEqualTo(windows.replace(from.replace("\n", "\r\n"), to.replace("\n", "\r\n")));
  }

  @Test
  void onlyAValueOfYamlChanges() throws Stopped {
    changes(YAML, SETTINGS, set("server.port", "8080"), "port: 80 #", "port: 8080 #");
    changes(YAML, SETTINGS, set("server.port", "\"8080\""), "port: 80 #", "port: \"8080\" #");
    changes(YAML, SETTINGS, set("server.name", "\"i'm\""), "'it''s'", "'i''m'");
    changes(YAML, SETTINGS, set("server.quoted", "true"), "\"a\"", "true");
    changes(YAML, SETTINGS, set("server.empty", "\"a: b\""), "empty:", "empty: \"a: b\"");
    changes(YAML, SETTINGS, set("flow.c.d", "\"x\""), "d: 3", "d: x");
    changes(YAML, SETTINGS, set("last", "\"no\""), "last: x", "last: \"no\"");
  }

  @Test
  void aKeyIsAddedAmongItsNeighbours() throws Stopped {
    changes(YAML, SETTINGS, set("server.new", "1.5"), "empty:\n", "empty:\n    new: 1.5\n");
    changes(YAML, SETTINGS, set("flow.new", "1"), "{d: 3}}", "{d: 3}, new: 1}");
    changes(YAML, SETTINGS, set("new", "false"), "last: x\n", "last: x\nnew: false\n");
    assertThat(YAML.edit("a: 1", set("b", "2"))).isEqualTo("a: 1\nb: 2");
    assertThat(YAML.edit("a:\n  - 1\n", set("b", "2"))).isEqualTo("b: 2\na:\n  - 1\n");
  }

  @Test
  void aKeyGoesWithItsLineAndNothingElse() throws Stopped {
    changes(YAML, SETTINGS, new Edit.Unset("server.port"), "    port: 80 # why\n", "");
    changes(YAML, SETTINGS, new Edit.Unset("server.empty"), "    empty:\n", "");
    changes(YAML, SETTINGS, new Edit.Unset("flow.a"), "{a: 1, b", "{b");
    changes(YAML, SETTINGS, new Edit.Unset("flow.b"), "b: two, c", "c");
    assertThat(YAML.edit(SETTINGS, new Edit.Unset("server.gone"))).isEqualTo(SETTINGS);
  }

  @Test
  void jsonKeepsItsLayout() throws Stopped {
    String text =
        "\uFEFF{\n\t\"\uD83D\uDE80\" :\t\"x\",\n\t\"a\": {\"b\":1, \"c\":null},\n\t\"d\": {}\n}\n";
    changes(JSON, text, set("a.b", "\"two\""), "\"b\":1", "\"b\":\"two\"");
    changes(JSON, text, set("a.c", "2.50"), "null", "2.50");
    changes(JSON, text, set("a.new", "1"), "null}", "null, \"new\": 1}");
    changes(JSON, text, set("new", "1"), "{}\n}", "{},\n\t\"new\": 1\n}");
    changes(JSON, text, set("d.new", "1"), "{}", "{\"new\": 1}");
    changes(JSON, text, new Edit.Unset("a.b"), "{\"b\":1, ", "{");
    changes(JSON, text, new Edit.Unset("a.c"), ", \"c\":null", "");
    changes(JSON, text, new Edit.Refer("a.b", "KEY"), "\"b\":1", "\"b\":\"${KEY}\"");
  }

  @Test
  void ofAManifestOnlyTheConfigMapIsChangedAndItsDataAreStrings() throws Stopped {
    String text =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: other}
        data:
          PORT: "1"
        ---
        # of the shop
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: shop
        data:
          PORT: "2"
          app.properties: |
            a=b
        ---
        kind: Deployment
        spec: {replicas: 3}
        """;
    changes(MAP, text, set("PORT", "8080"), "\"2\"", "\"8080\"");
    changes(MAP, text, set("DEBUG", "false"), "\"2\"\n", "\"2\"\n  DEBUG: \"false\"\n");
    assertThat(MAP.read(text)).isEqualTo(Map.of("PORT", "2", "app.properties", "a=b\n"));
    assertThatThrownBy(() -> MAP.edit(text, set("app.properties", "\"c=d\"")))
        .hasMessageContaining("no single value on its line");
    assertThatThrownBy(() -> YAML.read("apiVersion: v1\nkind: ConfigMap\n"))
        .hasMessageContaining("name its configMap");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\na: 2\n",
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "a: [1]\n",
        "a: {b: 1}\n",
        "a: >\n  text\n",
        "---\na: 1\n---\na: 2\n",
        "- a: 1\n",
        "a: 'open\n",
        "",
      })
  void yamlThatCannotBeChangedSurelyIsRefused(String text) {
    assertThatThrownBy(() -> YAML.edit(text, set("a", "3"))).isInstanceOf(Stopped.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":1,\"a\":2}", "[1]", "{\"a\":[1]}", "{\"a\":1} x", "{'a':1}", ""})
  void jsonThatCannotBeChangedSurelyIsRefused(String text) {
    assertThatThrownBy(() -> JSON.edit(text, set("a", "3"))).isInstanceOf(Stopped.class);
  }

  @Test
  void inALongFileTheRightCharactersChange() throws Stopped {
    String filler = "ü\uD83D\uDE80".repeat(20_000);
    String json = "{\"f\": \"%s\", \"a\": 1, \"g\": \"%s\"}".formatted(filler, filler);
    changes(JSON, json, set("a", "\"x\""), "\"a\": 1", "\"a\": \"x\"");
    changes(YAML, json, set("a", "2"), "\"a\": 1", "\"a\": 2");
  }

  @Test
  void nothingIsMadeOnTheWayToAKey() {
    assertThatThrownBy(() -> YAML.edit("a: 1\n", set("b.c", "3")))
        .hasMessageContaining("nothing at b");
    assertThatThrownBy(() -> YAML.edit("a:\n  b: 1\n", new Edit.Unset("a.b")))
        .as("a mapping that loses its last key would become null")
        .isInstanceOf(Stopped.class);
  }
}
