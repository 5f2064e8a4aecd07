package dev.opsagent.bench;

/** A measurement could not be made; says why. */
public final class BenchFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BenchFailed(String why) {
    super(why);
  }

  public BenchFailed(String why, Throwable cause) {
    super(why, cause);
  }
}
