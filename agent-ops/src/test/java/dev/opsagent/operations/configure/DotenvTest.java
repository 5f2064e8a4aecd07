package dev.opsagent.operations.configure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.operations.Stopped;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class DotenvTest {
  private final Dotenv dotenv = new Dotenv();

  private String set(String text, String key, String value) throws Stopped {
    return dotenv.edit(text, new Edit.Set(key, JsonNodeFactory.instance.stringNode(value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "A=old|A=new",
        "  export A = old  # why|  export A = new  # why",
        "A='old' # why|A='new' # why",
        "A=\"old\"|A=\"new\"",
        "A=|A=new",
        "A|A=new",
        "A=http://x/#y|A=new",
      })
  void onlyTheValueOfALineChanges(String before, String after) throws Stopped {
    String text = "# head\r\nZ=1\n%s\n\n# tail\nB='two\nlines'\n";
    assertThat(set(text.formatted(before), "A", "new")).isEqualTo(text.formatted(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a b|A='a b'",
        "a#b|A='a#b'",
        "costs $5|A='costs $5'",
        "it's|A=\"it's\"",
        "say \"it's\"|A=\"say \\\"it's\\\"\"",
        "c:\\it's|A=\"c:\\\\it's\"",
        "ends\\|A=\"ends\\\\\"",
      })
  void aValueGetsTheQuotesThatItNeeds(String value, String line) throws Stopped {
    String after = set("A=x\n", "A", value);
    assertThat(after).isEqualTo(line + "\n");
    assertThat(dotenv.read(after)).containsExactlyEntriesOf(Map.of("A", value));
  }

  @Test
  void aValueThatReadersTakeDifferentlyIsRefused() {
    assertThatThrownBy(() -> set("A=x\n", "A", "it's $5"))
        .isInstanceOf(Stopped.class)
        .hasMessageContaining("no way to write the value of A");
  }

  @Test
  void aNewKeyIsAddedWithTheLineEndsOfTheFile() throws Stopped {
    assertThat(set("A=1\r\nB=2", "C", "3")).isEqualTo("A=1\r\nB=2\r\nC=3\r\n");
    assertThat(set("", "C", "3")).isEqualTo("C=3\n");
    assertThat(set("\uFEFFA=1\n", "C", "3")).isEqualTo("\uFEFFA=1\nC=3\n");
  }

  @Test
  void aLineGoesWithItsKeyAndAKeyThatIsGoneIsNoFault() throws Stopped {
    String text = "A=1\n# of B\nB=\"x\ny\" # why\nC=3";
    assertThat(dotenv.edit(text, new Edit.Unset("B"))).isEqualTo("A=1\n# of B\nC=3");
    assertThat(dotenv.edit(text, new Edit.Unset("D"))).isEqualTo(text);
  }

  @Test
  void aSecretIsReferredToWhereVariablesArePutIn() throws Stopped {
    Edit refer = new Edit.Refer("A", "TOKEN");
    assertThat(dotenv.edit("A='old'\n", refer)).isEqualTo("A=${TOKEN}\n");
    assertThat(dotenv.edit("A=\"${TOKEN}\"\n", refer)).isEqualTo("A=\"${TOKEN}\"\n");
    assertThat(dotenv.edit("A='${TOKEN}'\n", refer)).isEqualTo("A=${TOKEN}\n");
  }

  @Test
  void variablesInOtherValuesAreLeftAsTheyAre() throws Stopped {
    String text = "B=${A:-x} $C\nA=1\n";
    assertThat(set(text, "A", "2")).isEqualTo("B=${A:-x} $C\nA=2\n");
    assertThat(set("A=$B\n", "A", "$B")).isEqualTo("A='$B'\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A=1\nA=2\n",
        "A='open\n",
        "A='1' 2\n",
        "A= # comment\n",
        "A: 1\n",
        "= 1\n",
        "A=1\t# readers differ\n",
      })
  void whatIsNotReadAlikeEverywhereIsRefused(String text) {
    assertThatThrownBy(() -> set(text, "A", "new")).isInstanceOf(Stopped.class);
  }
}
