package dev.opsagent.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the world has seen: one line for every attempt, effect and undo, in the order in which they
 * happened, in a file that all workers of a test append to. Who asks is told what the file says.
 */
final class EffectLedger {
  /** What happened. */
  enum Kind {
    /** The step has been entered; nothing stands yet. */
    BEGIN,
    /** The effect stands. */
    APPLY,
    /** The effect is gone. */
    UNDO
  }

  /**
   * One line.
   *
   * @param worker its process id
   */
  record Line(String taskId, String target, String step, Kind kind, long worker) {
    String effect() {
      return taskId + "/" + step;
    }

    private static Line parse(String text) {
      List<String> parts = List.of(text.split(" ", -1));
      return new Line(
          parts.get(0),
          parts.get(1),
          parts.get(2),
          Kind.valueOf(parts.get(3).toUpperCase(Locale.ROOT)),
          Long.parseLong(parts.get(4)));
    }

    private String text() {
      String word = kind.name().toLowerCase(Locale.ROOT);
      return String.join(" ", taskId, target, step, word, Long.toString(worker)) + "\n";
    }
  }

  // Streams and not channels: an interrupted thread would close a channel for all others.
  private final RandomAccessFile in;
  private final FileOutputStream out;
  private final List<Line> lines = new ArrayList<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Set<String> standing = new HashSet<>();
  private long read;

  EffectLedger(Path file) {
    try {
      this.out = new FileOutputStream(file.toFile(), true);
      this.in = new RandomAccessFile(file.toFile(), "r");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Appends a line: one write, so that lines of several workers never mix. */
  void add(Line line) {
    try {
      out.write(line.text().getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the effect stands now. */
  synchronized boolean stands(String taskId, String step) {
    readOn();
    return standing.contains(taskId + "/" + step);
  }

  /** How often something has happened to a step. */
  synchronized int count(String taskId, String step, Kind kind) {
    readOn();
    return counts.getOrDefault(taskId + "/" + step + " " + kind, 0);
  }

  /** Everything so far. */
  synchronized List<Line> lines() {
    readOn();
    return List.copyOf(lines);
  }

  private void readOn() {
    try {
      byte[] bytes = new byte[Math.toIntExact(in.length() - read)];
      in.seek(read);
      in.readFully(bytes);
      String text = new String(bytes, UTF_8);
      int complete = text.lastIndexOf('\n') + 1;
      text.substring(0, complete).lines().map(Line::parse).forEach(this::note);
      read += text.substring(0, complete).getBytes(UTF_8).length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void note(Line line) {
    lines.add(line);
    counts.merge(line.effect() + " " + line.kind(), 1, Integer::sum);
    switch (line.kind()) {
      case BEGIN -> {}
      case APPLY -> standing.add(line.effect());
      case UNDO -> standing.remove(line.effect());
    }
  }
}
