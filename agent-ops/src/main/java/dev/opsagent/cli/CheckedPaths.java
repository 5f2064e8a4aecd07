package dev.opsagent.cli;

import java.util.List;

/** Prints judged paths; lines of text in large pieces, so that a long list is not held up. */
final class CheckedPaths implements AutoCloseable {
  private static final int PIECE = 32 * 1024;

  private final Surroundings around;
  private final Printer printer;
  private final Format format;
  private final StringBuilder piece = new StringBuilder();

  CheckedPaths(Surroundings around, Format format) {
    this.around = around;
    this.printer = new Printer(around, format);
    this.format = format;
  }

  void print(PolicyCheckCommand.Line line) {
    if (format != Format.text) {
      printer.item(line, List::of);
      return;
    }
    piece.append(line.text()).append('\n');
    if (piece.length() >= PIECE) {
      flush();
    }
  }

  void flush() {
    if (!piece.isEmpty()) {
      around.out().append(piece);
      around.out().flush();
      piece.setLength(0);
    }
  }

  @Override
  public void close() {
    flush();
    printer.close();
  }
}
