package dev.opsagent.tools.docker;

import java.util.function.Consumer;

/** Makes lines of a text whose parts end anywhere. */
final class LineBuffer {
  private static final int MAX_PENDING = 8 * 1024;

  private final Consumer<String> lines;
  private final StringBuilder pending = new StringBuilder();
  private boolean endless;

  LineBuffer(Consumer<String> lines) {
    this.lines = lines;
  }

  void append(String text) {
    pending.append(text);
    for (int end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
      line(pending.substring(0, end));
      endless = false;
      pending.delete(0, end + 1);
    }
    if (pending.length() > MAX_PENDING) {
      line(pending.toString());
      endless = true;
      pending.setLength(0);
    }
  }

  /** The last line may have no end. */
  void end() {
    if (!pending.isEmpty()) {
      append("\n");
    }
  }

  /** Of an endless line the beginning is enough; the rest may begin within a secret. */
  private void line(String raw) {
    if (!endless) {
      lines.accept(raw);
    }
  }
}
