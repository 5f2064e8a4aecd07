package dev.opsagent.tools.npm;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What every call of the npm program is told. */
final class NpmOptions {
  private static final List<String> STANDARD =
      List.of(
          "--no-audit",
          "--no-fund",
          "--no-update-notifier",
          "--no-progress",
          "--logs-max=0",
          "--loglevel=error");

  /** Where npm takes packages from when nobody says otherwise. */
  static final URI REGISTRY = URI.create("https://registry.npmjs.org/");

  private NpmOptions() {}

  /**
   * The options of a call.
   *
   * @param registry absent for npm's own default
   */
  static List<String> common(Optional<URI> registry, Path cache) {
    List<String> options = new ArrayList<>(STANDARD);
    options.add("--cache=" + cache);
    registry.ifPresent(url -> options.add("--registry=" + url));
    return options;
  }
}
