package dev.opsagent.faults;

import java.util.Random;
import org.junit.jupiter.api.TestReporter;

/** The seed of a test: told in its report, and taken from {@code -Dops.test.seed} to repeat it. */
final class Seed {
  private Seed() {}

  static Random random(TestReporter reporter) {
    long seed = Long.getLong("ops.test.seed", System.nanoTime());
    reporter.publishEntry("ops.test.seed", Long.toString(seed));
    return new Random(seed);
  }
}
