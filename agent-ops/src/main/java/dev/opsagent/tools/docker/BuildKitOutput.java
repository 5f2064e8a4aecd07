package dev.opsagent.tools.docker;

import dev.opsagent.tools.docker.WireFields.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads BuildKit's progress: the steps of a build, which may run beside each other, and what each
 * of them prints. It is for people only; how the build ends is told elsewhere.
 *
 * @see <a href="https://github.com/moby/buildkit/blob/master/api/services/control/control.proto">
 *     StatusResponse</a>
 */
final class BuildKitOutput {
  private static final int VERTEXES = 1;
  private static final int LOGS = 3;
  private static final int VERTEX_DIGEST = 1;
  private static final int VERTEX_NAME = 3;
  private static final int VERTEX_STARTED = 5;
  private static final int VERTEX_COMPLETED = 6;
  private static final int VERTEX_ERROR = 7;
  private static final int LOG_VERTEX = 1;
  private static final int LOG_TEXT = 4;
  private static final int MOST_STEPS = 2_000;

  /** Loading of the context and of base images' descriptions: not what the Dockerfile says. */
  private static final String INTERNAL = "[internal]";

  private static final String CANCELED = "context canceled";

  private final BuildReport report;
  private final Map<String, Running> steps = new HashMap<>();
  private boolean blamed;

  private record Running(BuildReport.Part part, LineBuffer text) {}

  BuildKitOutput(BuildReport report) {
    this.report = report;
  }

  /** Takes a message; one that cannot be read tells nothing. */
  void take(byte[] status) {
    try {
      for (Field field : WireFields.of(status)) {
        if (field.number() == VERTEXES) {
          vertex(WireFields.of(field.value()));
        } else if (field.number() == LOGS) {
          log(WireFields.of(field.value()));
        }
      }
    } catch (IllegalArgumentException _) {
      return;
    }
  }

  private void vertex(List<Field> vertex) {
    String digest = text(vertex, VERTEX_DIGEST);
    String name = text(vertex, VERTEX_NAME);
    boolean started = find(vertex, VERTEX_STARTED).isPresent();
    if (started && isStep(name) && steps.size() < MOST_STEPS) {
      steps.computeIfAbsent(digest, _ -> begun(name));
    }
    Optional.ofNullable(steps.get(digest)).ifPresent(step -> look(step, vertex));
  }

  private Running begun(String name) {
    BuildReport.Part part = report.begun(name);
    return new Running(part, new LineBuffer(line -> said(part, line)));
  }

  private static void said(BuildReport.Part part, String line) {
    if (!line.isBlank()) {
      part.said(line);
    }
  }

  private void look(Running step, List<Field> vertex) {
    String error = text(vertex, VERTEX_ERROR);
    if (!error.isEmpty() || find(vertex, VERTEX_COMPLETED).isPresent()) {
      step.text().end();
    }
    // The first to fail has those beside it cancelled.
    if (!error.isEmpty() && !error.contains(CANCELED) && !blamed) {
      blamed = true;
      report.blame(step.part());
    }
  }

  private void log(List<Field> log) {
    Optional.ofNullable(steps.get(text(log, LOG_VERTEX)))
        .ifPresent(step -> step.text().append(text(log, LOG_TEXT)));
  }

  private static boolean isStep(String name) {
    return name.startsWith("[") && !name.startsWith(INTERNAL);
  }

  private static Optional<Field> find(List<Field> message, int number) {
    return message.stream().filter(field -> field.number() == number).findFirst();
  }

  private static String text(List<Field> message, int number) {
    return find(message, number).map(Field::text).orElse("");
  }
}
