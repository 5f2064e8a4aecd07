package dev.opsagent.operations;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSpliceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"x\",\"version\":\"1.0.0\"}",
        "{\n  \"description\": \"\uD83D\uDE80 größer \\\"\",\n  \"version\": \"1.0.0\",\n  \"a\": 1\n}\n",
        "{\r\n\t\"version\" :\t\"1.0.0\" ,\r\n\t\"z\": [ ]\r\n}",
        "{\"a\": {\"version\": \"9\"}, \"v\": \"1.0.0x\", \"version\": \"1.0.0\"}",
        "{\"\\u0076ersion\": \"1.0.0\"}",
        "\uFEFF{\"version\": \"1.0.0\"}",
      })
  void onlyTheBytesOfTheValueChange(String json) {
    String expected = json.replace("\"1.0.0\"", "\"10.20.30\"");
    assertThat(replaced(json, "/version")).isEqualTo(expected);
  }

  @Test
  void aLongFileIsSplicedAtTheRightBytes() {
    String filler = "\"\uD83D\uDE80é\": \"" + "ü".repeat(20_000) + "\",\n";
    String json = "{" + filler + "\"version\": \"1.0.0\", \"end\": \"" + "ö".repeat(9000) + "\"}";
    assertThat(replaced(json, "/version")).isEqualTo(json.replace("1.0.0", "10.20.30"));
  }

  @Test
  void aLockFileHasTheVersionTwice() {
    String json =
        """
        {"name": "x", "version": "1.0.0", "packages": {
          "": {"version": "1.0.0"}, "node_modules/y": {"version": "1.0.0"}}}
        """;
    String expected =
        """
        {"name": "x", "version": "10.20.30", "packages": {
          "": {"version": "10.20.30"}, "node_modules/y": {"version": "1.0.0"}}}
        """;
    assertThat(replaced(json, "/version", "/packages//version")).isEqualTo(expected);
  }

  @Test
  void anOldLockFileWithoutPackagesIsFine() {
    assertThat(replaced("{\"version\": \"1\"}", "/version", "/packages//version"))
        .isEqualTo("{\"version\": \"10.20.30\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"version\": 1}",
        "{\"version\": {\"a\": \"b\"}}",
        "{\"version\": \"1\", \"version\": \"2\"}",
        "{\"version\": \"1\"} x"
      })
  void whatCannotBeSplicedExactlyIsRefused(String json) {
    assertThat(JsonSplice.replace(json.getBytes(UTF_8), Set.of("/version"), "2.0.0")).isEmpty();
  }

  @Test
  void anotherEncodingIsRefused() {
    byte[] json = "{\"version\": \"1.0.0\"}".getBytes(UTF_16);
    assertThat(JsonSplice.replace(json, Set.of("/version"), "2.0.0")).isEmpty();
  }

  private static String replaced(String json, String... pointers) {
    byte[] bytes = json.getBytes(UTF_8);
    return new String(JsonSplice.replace(bytes, Set.of(pointers), "10.20.30").orElseThrow(), UTF_8);
  }
}
