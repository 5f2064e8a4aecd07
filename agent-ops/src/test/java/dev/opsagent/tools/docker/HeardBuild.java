package dev.opsagent.tools.docker;

import dev.opsagent.outside.ImageBuilder.Listener;
import dev.opsagent.protocol.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The output of a build whose secret is {@code hush}, and what was told of it. */
final class HeardBuild implements Listener {
  final List<String> lines = new ArrayList<>();
  final List<String> made = new ArrayList<>();
  final BuildOutput output = new BuildOutput(this, text -> text.replace("hush", "***"));

  @Override
  public void line(String text) {
    lines.add(text);
  }

  @Override
  public void made(String id) {
    made.add(id);
  }

  /** As it comes from the engine. */
  void take(Map<String, Object> item) {
    output.take(Json.readTree(Json.write(item)));
  }
}
