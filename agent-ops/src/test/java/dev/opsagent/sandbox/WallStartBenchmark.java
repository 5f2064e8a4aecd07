package dev.opsagent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Grants;
import dev.opsagent.sandbox.Wall.Launch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a trivial program takes from its start to its end, behind each wall and behind none, in
 * turns. Run by name only; prints medians and judges nothing.
 */
final class WallStartBenchmark {
  private static final int WARM_UP = 30;
  private static final int ROUNDS = 200;

  @TempDir Path folder;

  @Test
  void printsWhatAWallAddsToAStart() throws Exception {
    SearchPath search = SearchPath.parse(EscapesTest.PATH);
    Map<String, long[]> took = new LinkedHashMap<>();
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (String level : List.of("none", "landlock", "bubblewrap")) {
        Wall wall = new Walls(search, folder).choose(level);
        long nanos = start(wall, search);
        if (round >= 0) {
          took.computeIfAbsent(level, it -> new long[ROUNDS])[round] = nanos;
        }
      }
    }
    took.values().forEach(Arrays::sort);
    double floor = took.getOrDefault("none", new long[ROUNDS])[ROUNDS / 2] / 1e6;
    took.forEach((level, nanos) ->
        System.out.printf(
            "%-10s median %6.2f ms, p90 %6.2f ms, more than none: %5.2f ms%n",
            level,
            nanos[ROUNDS / 2] / 1e6,
            nanos[ROUNDS * 9 / 10] / 1e6,
            nanos[ROUNDS / 2] / 1e6 - floor));
  }

  private long start(Wall wall, SearchPath search) throws Exception {
    Launch launch =
        new Launch(
            search.find("true").orElseThrow(),
            List.of(),
            folder,
            Map.of("PATH", "/usr/bin"),
            search.folders(),
            folder,
            folder,
            Grants.NONE.writing(folder),
            Optional.empty());
    long began = System.nanoTime();
    Process process = wall.start(launch).process();
    assertThat(process.waitFor()).isZero();
    return System.nanoTime() - began;
  }
}
