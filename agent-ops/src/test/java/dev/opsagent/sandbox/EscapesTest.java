package dev.opsagent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.EscapeWorld.Result;
import dev.opsagent.sandbox.WallLevel.Report;
import dev.opsagent.testing.Peers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every attempt of {@code escapes.txt} against every level of the wall: nothing gets out but what
 * the level says that it does not cover. And without a wall every one does get out, so that the
 * test proves something.
 */
final class EscapesTest {
  /** The system's own programs first: a user's may lie where no wall lets them be read. */
  static final String PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:" + Peers.searchPath();

  /** Ended by the process tree of the call, with a wall or without. */
  private static final Set<String> ENDED_ANYWAY =
      Set.of("daemon", "daemon-session", "daemon-double-fork");

  @TempDir Path folder;

  static Stream<Arguments> attempts() {
    return Stream.of("bubblewrap", "landlock")
        .flatMap(level -> Escape.all().stream().map(escape -> Arguments.of(level, escape)));
  }

  static List<Escape> escapes() {
    return Escape.all();
  }

  @Test
  void thereAreMoreThanSixtyAndNoneTwice() {
    assertThat(Escape.all()).hasSizeGreaterThan(60);
    assertThat(Escape.all().stream().map(Escape::name)).doesNotHaveDuplicates();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("attempts")
  void fault_27_28_29_30_nothing_gets_out_but_what_the_level_names(String level, Escape escape)
      throws Exception {
    Report report = require(level, escape);
    Result result = attempt(escape, level, 2);
    boolean named = escape.gap().filter(report.notCovered()::contains).isPresent();
    if (!named) {
      assertThat(result.ways()).as("%s at %s: %s", escape, level, result.told()).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("escapes")
  void withoutAWallItGetsOut(Escape escape) throws Exception {
    require("none", escape);
    boolean root = "root".equals(System.getProperty("user.name"));
    Assumptions.assumeTrue(root || !escape.needsRoot(), escape + " takes root");
    Result result = attempt(escape, "none", 5);
    if (ENDED_ANYWAY.contains(escape.name())) {
      assertThat(result.ways()).isEmpty();
      return;
    }
    assertThat(result.ways()).as("%s: %s", escape, result.told()).isNotEmpty();
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("levels")
  void fault_27_a_link_swapped_for_a_minute_lets_nothing_out(String level) throws Exception {
    Escape race =
        Escape.all().stream()
            .filter(escape -> escape.name().equals("symlink-swap-race"))
            .findFirst()
            .orElseThrow();
    require(level, race);
    assertThat(attempt(race, level, 60).ways()).isEmpty();
  }

  static Stream<String> levels() {
    return Stream.of("bubblewrap", "landlock");
  }

  private Report require(String level, Escape escape) {
    Peers.require(escape.language(), "install " + escape.language());
    Peers.require("perl", "install perl");
    LocalPrograms programs =
        new LocalPrograms(folder.resolve("probe"), PATH, Redactor.of(Map.of()), level);
    Peers.require(
        "the wall " + level,
        () -> programs.fault().isEmpty(),
        "install bubblewrap, on a kernel with user namespaces and Landlock");
    return programs.wall();
  }

  private Result attempt(Escape escape, String level, int seconds) throws Exception {
    try (EscapeWorld world = new EscapeWorld(folder)) {
      return world.attempt(escape, level, seconds);
    }
  }
}
