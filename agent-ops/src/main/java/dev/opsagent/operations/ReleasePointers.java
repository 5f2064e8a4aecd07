package dev.opsagent.operations;

import java.util.Map;
import java.util.Set;

/** The values that a release changes in the files of an npm package, and nothing else. */
public final class ReleasePointers {
  private static final Set<String> LOCK = Set.of("/version", "/packages//version");

  /** JSON pointers by file, relative to the repository's root. */
  public static final Map<String, Set<String>> BY_FILE =
      Map.of(
          "package.json",
          Set.of("/version"),
          "package-lock.json",
          LOCK,
          "npm-shrinkwrap.json",
          LOCK);

  private ReleasePointers() {}
}
