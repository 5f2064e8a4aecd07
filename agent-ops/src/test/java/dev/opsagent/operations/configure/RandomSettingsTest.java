package dev.opsagent.operations.configure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.operations.Stopped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * In random files every character outside of the changed value stays, and what is read is wanted.
 */
class RandomSettingsTest {
  private static final int FILES = 3000;

  /** A file in parts, so that the test knows which of them is the value. */
  enum Kind {
    DOTENV {
      @Override
      SettingsFormat format() {
        return new Dotenv();
      }

      @Override
      String value(Random random, String text) {
        return switch (random.nextInt(3)) {
          case 0 -> text.isEmpty() ? "" : "plain/" + text.length();
          case 1 -> "'" + text.replaceAll("['\\\\]", "") + "'";
          default -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        };
      }

      @Override
      String before(Random random, String key) {
        return random.nextInt(3) == 0 ? " export " + key + " = " : key + "=";
      }
    },
    YAML {
      @Override
      SettingsFormat format() {
        return new Structured(new YamlNotation(), new Place.Anywhere());
      }

      @Override
      String value(Random random, String text) {
        return switch (random.nextInt(4)) {
          case 0 -> String.valueOf(random.nextInt(9999));
          case 1 -> "plain " + text.length();
          case 2 -> "'" + text.replace("'", "''") + "'";
          default -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        };
      }

      @Override
      String before(Random random, String key) {
        return (random.nextBoolean() ? key : "'" + key + "'")
            + ":"
            + " ".repeat(1 + random.nextInt(2));
      }
    },
    JSON {
      @Override
      SettingsFormat format() {
        return new Structured(new JsonNotation(), new Place.Anywhere());
      }

      @Override
      String value(Random random, String text) {
        return random.nextInt(3) == 0
            ? String.valueOf(random.nextInt(9999))
            : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
      }

      @Override
      String before(Random random, String key) {
        return " ".repeat(random.nextInt(3))
            + "\""
            + key
            + "\""
            + " ".repeat(random.nextInt(2))
            + ":\t";
      }
    };

    abstract SettingsFormat format();

    abstract String value(Random random, String text);

    abstract String before(Random random, String key);
  }

  private record File(String head, String value, String tail, String key) {
    String text() {
      return head + value + tail;
    }
  }

  private static final List<String> LETTERS =
      List.of(
          "a",
          "Z",
          "0",
          " ",
          "'",
          "\"",
          "\\",
          "#",
          " #",
          ":",
          ": ",
          "{",
          "}",
          ",",
          "é",
          "\uD83D\uDE80",
          "-",
          "%",
          "&",
          "*",
          "!",
          "~",
          "=",
          "`");

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(LETTERS.get(random.nextInt(LETTERS.size())));
    }
    return text.toString();
  }

  private static File file(Kind kind, Random random) {
    String end = random.nextBoolean() ? "\n" : "\r\n";
    int entries = 1 + random.nextInt(6);
    int chosen = random.nextInt(entries);
    StringBuilder head = new StringBuilder(kind == Kind.JSON ? "{" + end : "");
    StringBuilder tail = new StringBuilder();
    String value = "";
    for (int i = 0; i < entries; i++) {
      StringBuilder part = i <= chosen ? head : tail;
      if (kind != Kind.JSON && random.nextInt(3) == 0) {
        part.append("# ").append(text(random)).append(end).append(end);
      }
      part.append(kind.before(random, "K" + i));
      String written = kind.value(random, text(random));
      if (i == chosen) {
        value = written;
      } else {
        part.append(written);
      }
      StringBuilder after = i < chosen ? head : tail;
      boolean comment = kind != Kind.JSON && random.nextInt(4) == 0 && !written.isEmpty();
      after.append(comment ? " # " + text(random) : "");
      after.append(kind == Kind.JSON && i < entries - 1 ? "," : "");
      after.append(i < entries - 1 || random.nextBoolean() ? end : "");
    }
    tail.append(kind == Kind.JSON ? "}" : "");
    return new File(head.toString(), value, tail.toString(), "K" + chosen);
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheValueOfTheKeyIsWrittenAnew(Kind kind) throws Stopped {
    for (int seed = 0; seed < FILES; seed++) {
      Random random = new Random(seed);
      File file = file(kind, random);
      String wanted = text(random);
      SortedMap<String, String> expected = new TreeMap<>(kind.format().read(file.text()));
      expected.put(file.key(), wanted);

      String after =
          kind.format()
              .edit(
                  file.text(),
                  new Edit.Set(file.key(), JsonNodeFactory.instance.stringNode(wanted)));

      assertThat(kind.format().read(after)).as("seed %d", seed).isEqualTo(expected);
      assertThat(after).as("seed %d", seed).startsWith(file.head()).endsWith(file.tail());
      assertThat(after.length())
          .isGreaterThanOrEqualTo(file.head().length() + file.tail().length());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyThatIsAddedGoesAgainWithoutATrace(Kind kind) throws Stopped {
    for (int seed = 0; seed < FILES; seed++) {
      Random random = new Random(seed);
      String text = file(kind, random).text();
      String wanted = text(random);
      Map<String, String> before = kind.format().read(text);
      SortedMap<String, String> expected = new TreeMap<>(before);
      expected.put("NEW", wanted);

      String added =
          kind.format()
              .edit(text, new Edit.Set("NEW", JsonNodeFactory.instance.stringNode(wanted)));

      assertThat(kind.format().read(added)).as("seed %d", seed).isEqualTo(expected);
      assertThat(without(added, text)).as("seed %d", seed).isTrue();
      String again = kind.format().edit(added, new Edit.Unset("NEW"));
      assertThat(again.strip()).as("seed %d", seed).isEqualTo(text.strip());
    }
  }

  /** Whether the text is the longer one with one stretch taken out. */
  private static boolean without(String longer, String text) {
    List<Integer> starts = new ArrayList<>();
    for (int at = 0; at <= text.length(); at++) {
      starts.add(at);
    }
    return starts.stream()
        .anyMatch(
            at -> longer.startsWith(text.substring(0, at)) && longer.endsWith(text.substring(at)));
  }
}
