package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ImageBuilder.Listener;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** Reads what an engine streams while it builds, whichever of its builders it uses. */
final class BuildOutput {
  private static final String TRACE = "moby.buildkit.trace";
  private static final String IMAGE = "moby.image.id";

  private final BuildReport report;
  private final ClassicOutput classic;
  private final BuildKitOutput kit;

  BuildOutput(Listener listener, UnaryOperator<String> mask) {
    this.report = new BuildReport(listener, mask);
    this.classic = new ClassicOutput(report);
    this.kit = new BuildKitOutput(report);
  }

  /** Takes the next item of the stream. */
  synchronized void take(JsonNode item) {
    item.path("stream").asStringOpt().ifPresent(classic::take);
    item.path("errorDetail").path("message").asStringOpt().ifPresent(report::failed);
    switch (item.path("id").asString("")) {
      case TRACE -> kit.take(bytes(item.path("aux")));
      case IMAGE -> item.path("aux").path("ID").asStringOpt().ifPresent(report::succeeded);
      default -> {}
    }
  }

  private static byte[] bytes(JsonNode base64) {
    try {
      return base64.isString() ? base64.binaryValue() : new byte[0];
    } catch (RuntimeException _) {
      return new byte[0];
    }
  }

  /** The id of the image, or what went wrong. */
  synchronized Answer<String> result(String action) {
    return report.result(action);
  }
}
