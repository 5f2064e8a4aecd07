package dev.opsagent.bench;

import dev.opsagent.execution.KnownTasks;
import dev.opsagent.execution.KnownTasks.Known;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Fills an index of known tasks, opens it anew, and looks tasks up at random. */
public final class KnownIds {
  private static final int LOOK_UPS = 200_000;
  private static final int WARM_UP = 50_000;
  private static final String DIGEST = "sha256:" + "0".repeat(64);

  private KnownIds() {}

  /**
   * What was measured.
   *
   * @param ids tasks in the index
   * @param fillPerSecond tasks put in a second
   * @param openMillis to open the filled index
   * @param p50Micros of a look-up; half of them find nothing
   * @param heapMb in use after a collection, with the index open
   * @param fileMb of the index on disk
   */
  public record Measured(
      long ids,
      long fillPerSecond,
      long openMillis,
      double p50Micros,
      double p99Micros,
      long heapMb,
      long fileMb) {}

  /** Opens the index of a file. */
  @FunctionalInterface
  public interface Opening {
    KnownTasks open(Path file) throws IOException;
  }

  /**
   * Measures.
   *
   * @param file of the index; must not exist yet
   * @param opening of an index that has room for the ids
   */
  public static Measured measure(Path file, long ids, Opening opening) throws IOException {
    long began = System.nanoTime();
    try (KnownTasks index = opening.open(file)) {
      Instant at = Instant.EPOCH;
      for (long id = 0; id < ids; id++) {
        index.put(name(id), new Known(DIGEST, at, report(id)));
      }
      index.checkpoint(ids);
    }
    long filled = System.nanoTime() - began;
    long opened = System.nanoTime();
    try (KnownTasks index = opening.open(file)) {
      long open = System.nanoTime() - opened;
      long[] took = lookUp(index, ids);
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return new Measured(
          ids,
          Math.round(ids / (filled / 1e9)),
          open / 1_000_000,
          took[LOOK_UPS / 2] / 1e3,
          took[LOOK_UPS / 100 * 99] / 1e3,
          (runtime.totalMemory() - runtime.freeMemory()) >> 20,
          Files.size(file) >> 20);
    }
  }

  /** Sorted nanoseconds. */
  private static long[] lookUp(KnownTasks index, long ids) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
    long found = 0;
    long[] took = new long[LOOK_UPS];
    for (int number = -WARM_UP; number < LOOK_UPS; number++) {
      String name = name(random.nextLong(2 * ids));
      long began = System.nanoTime();
      found += index.find(name).isPresent() ? 1 : 0;
      took[Math.max(0, number)] = System.nanoTime() - began;
    }
    if (found == 0 || found == WARM_UP + LOOK_UPS) {
      throw new IllegalStateException("the index does not tell known tasks from others");
    }
    Arrays.sort(took);
    return took;
  }

  private static String name(long id) {
    return "task-" + Long.toString(id * 0x9E3779B97F4A7C15L, 36);
  }

  /** As long as the end report of a small task. */
  private static byte[] report(long id) {
    return ("{\"taskId\":\"" + name(id) + "\",\"state\":\"SUCCEEDED\"" + " ".repeat(180) + "}")
        .getBytes(StandardCharsets.UTF_8);
  }
}
