package dev.opsagent.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Everything random in a schedule, from its seed. */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    this(new SplittableRandom(seed));
  }

  private Dice(SplittableRandom random) {
    this.random = random;
  }

  /** Dice of their own, which do not depend on how often these are thrown from now on. */
  Dice split() {
    return new Dice(random.split());
  }

  /** A number below the bound. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** True once in so many times. */
  boolean chance(int in) {
    return random.nextInt(in) == 0;
  }

  /** A time below so many milliseconds. */
  Duration millis(int below) {
    return Duration.ofNanos(random.nextLong(below * 1_000_000L));
  }

  /** One of them. */
  <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
