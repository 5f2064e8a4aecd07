package dev.opsagent.authority;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathGlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "**/a a true",
        "**/a b/c/a true",
        "**/a ba false",
        "a/** a false",
        "a/** a/b/c true",
        "a/**/b a/b true",
        "a/**/b a/x/y/b true",
        "*.tf a/b.tf false",
        "?.tf a.tf true",
        "{a,b/c,}d b/cd true",
        "{a,b/c,}d d true",
        "x{a,{b,c}} xc true",
      })
  void matchesWhatItsLanguageSays(String glob, String path, boolean matches) {
    assertThat(PathGlob.of(glob).matches(path)).isEqualTo(matches);
  }

  @Test
  void theAutomatonOfAMapDecidesAsTheFirstGlobThatMatches() {
    java.util.List<String> globs =
        java.util.List.of("a/**/b*", "**/c.{x,y}", "*/a/*", "**/b/**", "{a,b}/{c,d/**}", "**");
    CompiledGlobs compiled = CompiledGlobs.of(globs);
    java.util.List<PathGlob> single = globs.stream().map(PathGlob::of).toList();
    Random random = new Random(7);
    String[] names = {"a", "b", "c", "d", "bx", "c.x", "c.z", ".b"};
    for (int i = 0; i < 20_000; i++) {
      StringBuilder path = new StringBuilder(names[random.nextInt(names.length)]);
      for (int more = random.nextInt(5); more > 0; more--) {
        path.append('/').append(names[random.nextInt(names.length)]);
      }
      int expected = 0;
      while (!single.get(expected).matches(path.toString())) {
        expected++;
      }
      assertThat(compiled.decide(path.toString())).as(path.toString()).isEqualTo(expected);
    }
  }

  @Test
  void aGlobThatWouldKeepARegularExpressionBusyIsSoonDone() {
    String glob = "a*".repeat(60) + "b";

    assertThat(PathGlob.of(glob).matches("a".repeat(4000))).isFalse();
  }
}
