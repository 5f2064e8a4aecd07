package dev.opsagent.sandbox;

import dev.opsagent.sandbox.WallLevel.Gap;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** No wall: what the operator has asked for, and what a desktop session's own programs get. */
final class OpenWall implements Wall {
  private static final File NOTHING = new File("/dev/null");

  private final SearchPath search;

  OpenWall(SearchPath search) {
    this.search = search;
  }

  @Override
  public WallLevel.Report report() {
    return new WallLevel.Report(WallLevel.NONE, List.of(Gap.EVERYTHING), List.of());
  }

  @Override
  public Running start(Launch launch) throws IOException {
    List<String> arguments = new ArrayList<>();
    // A session of its own: what detaches from its parent is still found by it.
    search.find("setsid").map(Path::toString).ifPresent(arguments::add);
    arguments.add(launch.program().toString());
    arguments.addAll(launch.arguments());
    ProcessBuilder builder =
        new ProcessBuilder(arguments).directory(launch.directory().toFile()).redirectInput(NOTHING);
    launch
        .output()
        .ifPresent(file ->
            builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(file.toFile())));
    builder.environment().clear();
    builder.environment().putAll(launch.environment());
    return new Running(builder.start());
  }
}
