package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.testing.Readme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of faults in {@code docs/durability.md} speaks of tests that exist. */
class DurabilityDocumentTest {
  private static final Path SOURCES = Path.of("src", "test", "java");
  private static final Pattern METHOD = Pattern.compile("void (fault_\\d\\d_\\w+)\\(");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)\\.(fault_(\\d\\d)_\\w+)`");
  private static final Set<String> NUMBERS =
      IntStream.rangeClosed(1, 25).mapToObj("%02d"::formatted).collect(Collectors.toSet());

  @Test
  void everyFaultHasARowWithTestsThatBearItsNumberAndExist() throws IOException {
    Set<String> tests = tests();
    Set<String> numbers = new TreeSet<>();
    for (List<String> row : rows()) {
      List<MatchResult> named = NAMED.matcher(row.get(2)).results().toList();
      assertThat(named).as(row.get(1)).isNotEmpty();
      assertThat(named)
          .allSatisfy(test -> {
            assertThat(test.group(3)).isEqualTo(row.getFirst());
            assertThat(tests).contains(test.group(1) + "." + test.group(2));
          });
      numbers.add(row.getFirst());
    }
    assertThat(numbers).isEqualTo(NUMBERS);
  }

  private static List<List<String>> rows() throws IOException {
    return Files.readAllLines(Path.of("docs", "durability.md")).stream()
        .filter(line -> line.matches("\\| \\d\\d \\|.*"))
        .map(Readme::cells)
        .toList();
  }

  /** Every test with a fault's number in its name, behind the name of its class. */
  private static Set<String> tests() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      Set<String> tests = new TreeSet<>();
      for (Path file : files.filter(it -> it.toString().endsWith("Test.java")).toList()) {
        String name = file.getFileName().toString().replace(".java", ".");
        METHOD
            .matcher(Files.readString(file))
            .results()
            .forEach(method -> tests.add(name + method.group(1)));
      }
      return tests;
    }
  }
}
