package dev.opsagent.outside;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.redaction.Redactor;
import dev.opsagent.testing.Encodings;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PrintableTest {
  private static final String SECRET =
      "first of the lines of it\nand+the/second=of them all\nthe last-line of it";

  private final Printable log = Printable.log(Redactor.of(Map.of("it", SECRET))::text);

  static java.util.Set<String> encodings() {
    return Encodings.all().keySet();
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void theRestOfASecretAtTheBeginningOfTheEndOfALogIsNotShown(String encoding) {
    String written = requireNonNull(Encodings.all().get(encoding)).apply(SECRET);
    for (int cut = 1; cut < written.length(); cut++) {
      String rest = written.substring(cut);
      int lines = Printable.LINES_READ - (int) rest.lines().count();
      assertThat(log.lines(rest + "\nafter it".repeat(lines)))
          .hasSizeGreaterThan(50)
          .containsOnly("after it");
      String filler = "y".repeat(Printable.CHARACTERS_READ - rest.length() - 2);
      assertThat(log.lines(rest + "\n" + filler + "\n"))
          .as("in few lines that are long")
          .singleElement()
          .asString()
          .startsWith("yyyy");
    }
  }

  @Test
  void aLogThatIsReadFromItsBeginningIsShownFromThere() {
    assertThat(log.lines("one\n\ntwo " + SECRET + "\nthree\n"))
        .containsExactly("one", "two [secret]", "three");
  }

  @Test
  void ofALogOfSecretsTheLastLineIsShown() {
    String raw = String.join("\n", Collections.nCopies(100, SECRET)) + "\nthe end";
    assertThat(log.lines(raw)).last().isEqualTo("the end");
    String oneLine = "x " + SECRET.repeat(Printable.CHARACTERS_READ / SECRET.length() + 1) + " end";
    assertThat(log.lines(oneLine)).last().asString().endsWith(" end");
  }
}
