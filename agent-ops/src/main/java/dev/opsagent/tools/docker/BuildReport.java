package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ImageBuilder.Listener;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What is told of a build, whichever builder runs it: bounded, printable, without secrets. */
final class BuildReport {
  private static final int MAX_LINES = 500;
  private static final int MAX_LINE = 200;
  private static final int LAST = 5;

  /** How both builders begin to say that they cannot read the Dockerfile. */
  private static final String UNREADABLE = "dockerfile parse error";

  private final Listener listener;
  private final Printable printable;
  private Optional<Part> blamed = Optional.empty();
  private String image = "";
  private String error = "";
  private int lines;

  BuildReport(Listener listener, UnaryOperator<String> mask) {
    this.listener = listener;
    this.printable = new Printable(mask, MAX_LINE);
  }

  /** A step of the build. */
  final class Part {
    private final String name;
    private final Deque<String> last = new ArrayDeque<>();

    private Part(String name) {
      this.name = name;
    }

    /** It has printed a line. */
    void said(String raw) {
      String text = printed(raw);
      last.addLast(text);
      if (last.size() > LAST) {
        last.removeFirst();
      }
      tell(text);
    }
  }

  /** A step begins. */
  Part begun(String name) {
    Part part = new Part(printed(name));
    tell(part.name);
    return part;
  }

  /** What is said before a step begins is no step's. */
  Part unnamed() {
    return new Part("");
  }

  /** If the build fails, it fails in this step. */
  void blame(Part part) {
    blamed = Optional.of(part);
  }

  /** An image was made on the way. */
  void made(String id) {
    listener.made(id);
  }

  /** The build has made the image that it was to make. */
  void succeeded(String id) {
    image = id;
  }

  void failed(String raw) {
    error = printed(raw);
  }

  /** The id of the image, or what went wrong. */
  Answer<String> result(String action) {
    if (error.isEmpty() && !image.isEmpty()) {
      return new Answer.Ok<>(image);
    }
    String where = blamed.map(part -> part.name + ": ").orElse("");
    String said =
        blamed
            .filter(part -> !part.last.isEmpty())
            .map(part -> "; its output ends: " + String.join(" | ", part.last))
            .orElse("");
    String cause = error.isEmpty() ? "the engine ended it without an image" : error;
    return new Answer.No<>(
        error.contains(UNREADABLE)
            ? Failure.of(
                ReasonCode.INVALID_PARAMETERS,
                action,
                cause,
                "correct the Dockerfile and commit it")
            : Failure.of(
                ReasonCode.TOOL_FAILED, action, where + cause + said, "see what the step needs"));
  }

  private void tell(String text) {
    lines++;
    if (lines < MAX_LINES) {
      listener.line(text);
    } else if (lines == MAX_LINES) {
      listener.line("… the build says more than is told here");
    }
  }

  private String printed(String raw) {
    return printable.line(raw).strip();
  }
}
