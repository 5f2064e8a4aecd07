package dev.opsagent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The project's README, taken apart. */
public final class Readme {
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- example: (\\w+) -->\n)?```(\\w+)\n(.*?)\n```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\(([^)]+)\\)");

  private final String text;

  private Readme(String text) {
    this.text = text;
  }

  public static Readme read() {
    try {
      return new Readme(Files.readString(root().resolve("README.md")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder that it lies in; tests run in the folder of their module. */
  public static Path root() {
    return Path.of("").toAbsolutePath().resolve("..").normalize();
  }

  /** The part under the heading, up to the next one of its rank or above. */
  public Readme section(String heading) {
    int begin = text.indexOf("\n" + heading + "\n");
    assertThat(begin).as("the README has " + heading).isNotNegative();
    int rank = heading.indexOf(' ');
    Matcher next = Pattern.compile("\n#{1," + rank + "} ").matcher(text);
    return new Readme(
        next.find(begin + heading.length())
            ? text.substring(begin, next.start())
            : text.substring(begin));
  }

  /** The whole text. */
  public String text() {
    return text;
  }

  /** The code blocks of a language. */
  public List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (matcher.group(2).equals(language)) {
        blocks.add(matcher.group(3) + "\n");
      }
    }
    return blocks;
  }

  /** The code block behind the comment {@code <!-- example: name -->}. */
  public String example(String name) {
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (name.equals(matcher.group(1))) {
        return matcher.group(3) + "\n";
      }
    }
    throw new AssertionError("README has no example " + name);
  }

  /** The rows of the table with this head, as they are written. */
  public List<String> table(String head) {
    List<String> lines = text.lines().toList();
    int at = lines.indexOf(head);
    if (at < 0) {
      throw new AssertionError("README has no table " + head);
    }
    return lines.subList(at + 2, lines.size()).stream()
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }

  /** The cells of a row. */
  public static List<String> cells(String row) {
    return Arrays.stream(row.substring(1, row.length() - 1).split("(?<!\\\\)\\|", -1))
        .map(String::strip)
        .toList();
  }

  /** Where its links lead. */
  public List<String> links() {
    return LINK.matcher(text).results().map(it -> it.group(1)).toList();
  }
}
