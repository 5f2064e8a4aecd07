package dev.opsagent.tools.docker;

import com.github.dockerjava.api.model.BuildResponseItem;
import com.github.dockerjava.api.model.ResponseItem.ErrorDetail;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ImageBuilder.Listener;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what the classic builder prints: its steps, the images it makes, how it ends. */
final class BuildOutput {
  private static final Pattern STEP = Pattern.compile("Step \\d+/\\d+ : (\\w+).*");
  private static final Pattern IMAGE = Pattern.compile(" ---> ([0-9a-f]{12,64})");
  private static final Pattern RESULT = Pattern.compile("Successfully built ([0-9a-f]{12,64})");
  private static final Pattern CHATTER =
      Pattern.compile(" ---> (Running in .*)?|Removing intermediate container .*");
  private static final String CACHED = " ---> Using cache";
  private static final int MAX_LINES = 500;
  private static final int MAX_LINE = 200;
  private static final int MAX_PENDING = 8 * 1024;
  private static final int LAST = 5;

  private final Listener listener;
  private final Printable said;
  private final StringBuilder pending = new StringBuilder();
  private final Deque<String> last = new ArrayDeque<>();
  private String step = "";
  private boolean makes;
  private boolean endless;
  private String result = "";
  private String error = "";
  private int lines;

  BuildOutput(Listener listener, UnaryOperator<String> mask) {
    this.listener = listener;
    this.said = new Printable(mask, MAX_LINE);
  }

  /** Takes a part of the output; parts end anywhere. */
  synchronized void take(BuildResponseItem item) {
    Optional.ofNullable(item.getStream()).ifPresent(this::append);
    Optional.ofNullable(item.getErrorDetail())
        .map(ErrorDetail::getMessage)
        .ifPresent(text -> error = printable(text));
  }

  private void append(String text) {
    pending.append(text);
    for (int end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
      end(pending.substring(0, end));
      endless = false;
      pending.delete(0, end + 1);
    }
    if (pending.length() > MAX_PENDING) {
      end(pending.toString());
      endless = true;
      pending.setLength(0);
    }
  }

  /** Of an endless line the beginning is enough; the rest may begin within a secret. */
  private void end(String raw) {
    if (!endless) {
      line(raw);
    }
  }

  private void line(String raw) {
    Matcher image = IMAGE.matcher(raw.stripTrailing());
    Matcher built = RESULT.matcher(raw.strip());
    Matcher begun = STEP.matcher(raw.stripTrailing());
    if (begun.matches()) {
      step = printable(raw);
      makes = !begun.group(1).equals("FROM");
      last.clear();
      tell(step);
    } else if (raw.startsWith(CACHED)) {
      makes = false;
    } else if (image.matches()) {
      if (makes) {
        listener.made(image.group(1));
      }
    } else if (built.matches()) {
      result = built.group(1);
    } else if (!raw.isBlank() && !CHATTER.matcher(raw.replace("\r", "")).matches()) {
      said(printable(raw));
    }
  }

  private void said(String text) {
    last.addLast(text);
    if (last.size() > LAST) {
      last.removeFirst();
    }
    tell(text);
  }

  private void tell(String text) {
    lines++;
    if (lines < MAX_LINES) {
      listener.line(text);
    } else if (lines == MAX_LINES) {
      listener.line("… the build says more than is told here");
    }
  }

  /** The id of the image, or what went wrong. */
  synchronized Answer<String> result(String action) {
    if (error.isEmpty() && !result.isEmpty()) {
      return new Answer.Ok<>(result);
    }
    String where = step.isEmpty() ? "" : step + ": ";
    String said = last.isEmpty() ? "" : "; its output ends: " + String.join(" | ", last);
    String cause = error.isEmpty() ? "the engine ended it without an image" : error;
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TOOL_FAILED, action, where + cause + said, "see what the step needs"));
  }

  private String printable(String text) {
    return said.line(text).strip();
  }
}
