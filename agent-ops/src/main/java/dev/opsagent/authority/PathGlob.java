package dev.opsagent.authority;

/**
 * A glob over normalised relative paths: {@code *} and {@code ?} stay within a segment, {@code **}
 * crosses segments (and {@code **}{@code /} matches no segment too), {@code {a,b}} is a choice.
 * Always sensitive to case. Matching takes time in proportion to glob and path, whoever wrote them.
 */
public final class PathGlob {
  private final String glob;
  private final GlobNfa nfa;

  private PathGlob(String glob) {
    this.glob = glob;
    this.nfa = new GlobNfa(glob);
  }

  /**
   * The compiled form of the glob.
   *
   * @throws IllegalArgumentException when a brace has no partner
   */
  public static PathGlob of(String glob) {
    return new PathGlob(glob);
  }

  public boolean matches(String path) {
    return nfa.matches(path);
  }

  GlobNfa nfa() {
    return nfa;
  }

  @Override
  public String toString() {
    return glob;
  }
}
