package dev.opsagent.authority;

/**
 * An effect outside the task's workspace, declared by a plan and compared with what was done.
 *
 * @param resource what it changes, named exactly: {@code npm:left-pad@1.2.3}
 */
public record Effect(Kind kind, String resource) {
  /** The kinds of effects. */
  public enum Kind {
    GIT_REFS,
    PACKAGE_PUBLISH,
    DEPLOYMENT,
    /** Going back to the release before. */
    ROLLBACK,
    RESTART,
    /** There are more or fewer replicas of the same release. */
    SCALING,
    STOP,
    /** The release before, which callers no longer reach, is ended. */
    RETIREMENT,
    BROWSER,
    IMAGE_BUILD,
    IMAGE_PUSH
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + " " + resource;
  }
}
