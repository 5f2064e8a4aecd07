package dev.opsagent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RouteCommandTest {
  private final TestingCall call = new TestingCall();

  @Test
  void tellsWhoseWorkItIsAndWhy() {
    assertThat(call.execute("route", "deploy web and write the release notes")).isZero();
    assertThat(call.out().lines())
        .startsWith("SPLIT", "  ours     deploy")
        .anyMatch(it -> it.contains("documentation") && it.contains("write the release notes"))
        .anyMatch(it -> it.startsWith("  why "));
  }

  @Test
  void printsOneObjectForPrograms() {
    assertThat(call.execute("route", "--json", "fix the bug in Cart.java")).isZero();

    JsonNode answer = Json.readTree(call.out().getBytes(UTF_8));
    assertThat(answer.propertyNames()).containsExactly("decision", "operations", "foreign", "why");
    assertThat(answer.get("decision").asString()).isEqualTo("NOT_MINE");
    assertThat(answer.get("foreign").get(0).propertyNames()).containsExactly("owner", "text");
    assertThat(answer.get("foreign").get(0).get("owner").asString()).isEqualTo("engineer");
  }

  @Test
  void answersEachLineOfItsInputOnALine() {
    String lines = "deploy web\n\nwrite the docs\n" + "x".repeat(100_000) + "\nroll back web";

    assertThat(call.stdin(lines).execute("route", "-")).isZero();
    List<String> decisions =
        call.out()
            .lines()
            .map(it -> Json.readTree(it.getBytes(UTF_8)).get("decision").asString())
            .toList();
    assertThat(decisions).containsExactly("ACCEPT", "UNCLEAR", "NOT_MINE", "UNCLEAR", "ACCEPT");
  }

  @Test
  void printsTheFiguresOfLabelledInstructions(@TempDir Path folder) throws Exception {
    Files.writeString(
        folder.resolve("labels.jsonl"),
        """
        {"text":"deploy web","decision":"ACCEPT","operations":["deploy"],"owners":[]}
        {"text":"write the docs","decision":"NOT_MINE","operations":[],"owners":["documentation"]}
        """);

    assertThat(call.in(folder).execute("route", "--evaluate", "labels.jsonl")).isZero();
    assertThat(call.out())
        .contains("2 instructions, 100.0 % decided rightly", "unsafe: 0 of 1", "Clopper-Pearson");
  }

  @Test
  void labelsThatCannotBeReadAreNamedByTheirLine(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("labels.jsonl"), "{\"text\": 1}\n");

    assertThat(call.in(folder).execute("route", "--evaluate", "labels.jsonl")).isEqualTo(2);
    assertThat(call.err()).contains("line 1:");
  }

  @Test
  void wantsATextOrLabels() {
    assertThat(call.execute("route")).isEqualTo(2);
    assertThat(call.err()).contains("not exactly one of TEXT and --evaluate is given");
  }
}
