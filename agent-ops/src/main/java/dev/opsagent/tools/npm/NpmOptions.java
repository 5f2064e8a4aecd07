package dev.opsagent.tools.npm;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** What every call of the npm program is told. */
final class NpmOptions {
  private NpmOptions() {}

  static List<String> common(URI registry, Path cache) {
    return List.of(
        "--registry=" + registry,
        "--cache=" + cache,
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--no-progress",
        "--logs-max=0",
        "--loglevel=error");
  }
}
