package dev.opsagent.authority.routing;

/** The exact bound of a share that was counted. */
final class ClopperPearson {
  private static final double DOUBT = 0.05;
  private static final int HALVINGS = 60;

  private ClopperPearson() {}

  /** The share below which the true one lies with 95 % confidence. */
  static double upper(int count, int of) {
    if (count >= of) {
      return 1;
    }
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      boolean likely = atMost(count, of, middle) > DOUBT;
      low = likely ? middle : low;
      high = likely ? high : middle;
    }
    return high;
  }

  /** How likely at most so many of all are, when each is with the share. */
  private static double atMost(int count, int of, double share) {
    double sum = 0;
    double ways = 0; // logarithm
    for (int k = 0; k <= count; k++) {
      sum += Math.exp(ways + k * Math.log(share) + (of - k) * Math.log1p(-share));
      ways += Math.log(of - k) - Math.log(k + 1.0);
    }
    return sum;
  }
}
