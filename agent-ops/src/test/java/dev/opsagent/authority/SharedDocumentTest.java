package dev.opsagent.authority;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.SharedDocument.Format;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SharedDocumentTest {
  @Test
  void yamlMayHoldPairsOfSurrogatesAnywhere() {
    for (int i = 0; i < 4; i++) {
      String before = "a: \"" + "x".repeat(i) + "\uD83D\uDE80".repeat(5000) + "\"\nb: 1\n";
      assertThat(changes(Format.YAML, before, before.replace("b: 1", "b: 2")))
          .contains(List.of("/b"));
    }
  }

  @Test
  void jsonIsComparedByPointers() {
    assertThat(
            changes(
                Format.JSON,
                "{\"version\":\"1\",\"a\":{\"b/c\":[1,2]}}",
                "{\"a\":{\"b/c\":[1,3]},\"version\":\"2\"}"))
        .contains(List.of("/a/b~1c/1", "/version"));
  }

  @Test
  void aValueOfAnotherTypeDiffers() {
    assertThat(changes(Format.JSON, "{\"a\":1}", "{\"a\":\"1\"}")).contains(List.of("/a"));
    assertThat(changes(Format.JSON, "{\"a\":[]}", "{\"a\":{}}")).contains(List.of("/a"));
  }

  @Test
  void anAliasHoldsWhatItsAnchorHolds() {
    String before = "x: &x {image: a}\nservices:\n  migrate: *x\n";

    assertThat(changes(Format.YAML, before, before.replace("image: a", "image: b")))
        .contains(List.of("/services/migrate/image", "/x/image"));
    assertThat(changes(Format.YAML, "a: &x {i: 1}\nb: *x\n", "a: &x {i: 1}\nb: x\n"))
        .contains(List.of("/b", "/b/i"));
  }

  @Test
  void aTagIsAValue() {
    assertThat(changes(Format.YAML, "a: !reference [b]\n", "a: [b]\n")).isPresent();
  }

  @Test
  void tomlAndXmlAreComparedByPointers() {
    assertThat(
            changes(
                Format.TOML,
                "[project]\nname='a'\nversion='1'\n",
                "[project]\nname='a'\nversion='2'\n"))
        .contains(List.of("/project/version"));
    assertThat(
            changes(
                Format.XML,
                "<project><version>1</version><d><x a='1'/><x a='2'/></d></project>",
                "<project><version>2</version><d><x a='1'/><x a='3'/></d></project>"))
        .contains(List.of("/project/d/x/1/@a", "/project/version"));
  }

  @Test
  void fault_33_whatCannotBeReadWithinBoundsCannotBeDivided() {
    assertThat(changes(Format.JSON, "{}", "{\"a\":1,\"a\":2}")).isEmpty();
    assertThat(changes(Format.JSON, "{}", "[".repeat(100_000))).isEmpty();
    assertThat(changes(Format.YAML, "a: 1", "a: *b")).isEmpty();
    assertThat(changes(Format.YAML, "a: 1", "a: 2\n---\nb: 1\n")).isEmpty();
    assertThat(changes(Format.YAML, "a: 1", bomb())).isEmpty();
    assertThat(
            changes(
                Format.XML,
                "<a/>",
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"))
        .isEmpty();
    assertThat(changes(Format.JSON, "{\"a\":1}", "{\"a\": 1}")).isEmpty();
  }

  private static String bomb() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [1,2,3,4,5,6,7,8,9]\n");
    for (int i = 1; i < 12; i++) {
      String last = "*a" + (i - 1);
      bomb.append(
          "a%d: &a%d [%s]\n"
              .formatted(
                  i, i, String.join(", ", last, last, last, last, last, last, last, last, last)));
    }
    return bomb.toString();
  }

  private static Optional<List<String>> changes(Format format, String before, String after) {
    return SharedDocument.changes(format, before.getBytes(UTF_8), after.getBytes(UTF_8));
  }
}
