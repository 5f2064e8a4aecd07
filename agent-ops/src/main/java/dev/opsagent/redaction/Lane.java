package dev.opsagent.redaction;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The text with one family of escapes decoded, and below that perhaps another. At work from an
 * escape until what it sees may no longer differ from what is seen without it.
 */
final class Lane {
  /** An escape of an escape, such as JSON in JSON, is as deep as tools go. */
  private static final int DEEPEST = 2;

  private final Escapes escapes;
  private final Patterns patterns;
  private final int depth;
  private final Hits hits;
  private final Track plain;
  private final Track compact;
  private final Map<Escapes, Lane> below = new EnumMap<>(Escapes.class);
  private final StringBuilder escape = new StringBuilder();
  private final List<Long> escapeStarts = new ArrayList<>();
  private boolean active;

  /** Told of each form of a secret that is found. */
  interface Hits {
    void found(int secret, long from, long to);
  }

  Lane(Escapes escapes, Patterns patterns, int depth, Hits hits) {
    this.escapes = escapes;
    this.patterns = patterns;
    this.depth = depth;
    this.hits = hits;
    this.plain = new Track(patterns.plain());
    this.compact = new Track(patterns.compact());
  }

  boolean isActive() {
    return active;
  }

  /** Begins with the states of what it branches off from. */
  void begin(int plainState, long[] plainOpen, int compactState, long[] compactOpen) {
    active = true;
    plain.begin(plainState, plainOpen);
    compact.begin(compactState, compactOpen);
  }

  /**
   * Takes the next byte.
   *
   * @param start where it begins in the text
   * @param end where it ends there
   */
  void feed(int unsigned, long start, long end) {
    if (escape.isEmpty() && unsigned != escapes.mark()) {
      emit(unsigned, start, end);
      return;
    }
    escape.append((char) unsigned);
    escapeStarts.add(start);
    switch (escapes.bounded(escape.toString())) {
      case Escapes.Reading.More _ -> {}
      case Escapes.Reading.Not _ -> giveUp(end);
      case Escapes.Reading.Whole(String bytes) -> {
        long from = escapeStarts.getFirst();
        clear();
        bytes.chars().forEach(one -> emit(one, from, end));
      }
    }
  }

  private void clear() {
    escape.setLength(0);
    escapeStarts.clear();
  }

  /** The mark was only a character; what followed it may be an escape of its own. */
  private void giveUp(long end) {
    String text = escape.toString();
    List<Long> starts = List.copyOf(escapeStarts);
    clear();
    emit(text.charAt(0), starts.getFirst(), text.length() > 1 ? starts.get(1) : end);
    for (int i = 1; i < text.length(); i++) {
      feed(text.charAt(i), starts.get(i), i + 1 < text.length() ? starts.get(i + 1) : end);
    }
  }

  /** No more bytes come. */
  void end(long end) {
    while (!escape.isEmpty()) {
      giveUp(end);
    }
    below.values().stream().filter(Lane::isActive).forEach(lane -> lane.end(end));
  }

  private void emit(int unsigned, long start, long end) {
    branch(unsigned);
    feed(plain, unsigned, start, end);
    int left = Compact.of(unsigned);
    if (left != Compact.DROPPED) {
      feed(compact, left, start, end);
    }
    for (Lane lane : below.values()) {
      if (lane.active) {
        lane.feed(unsigned, start, end);
        lane.rest(plain.state(), compact.state());
      }
    }
  }

  private void feed(Track track, int unsigned, long start, long end) {
    track.feed(unsigned, start);
    if (track.hasEnd()) {
      hits.found(track.secret(), track.from(), end);
    }
  }

  private void branch(int unsigned) {
    if (depth == DEEPEST) {
      return;
    }
    for (Escapes family : Escapes.values()) {
      if (family.mark() == unsigned) {
        Lane lane = below.computeIfAbsent(family, it -> new Lane(it, patterns, depth + 1, hits));
        if (!lane.active) {
          lane.begin(plain.state(), plain.open(), compact.state(), compact.open());
        }
      }
    }
  }

  /** Ends where it sees what is seen without it. */
  void rest(int plainState, int compactState) {
    boolean same =
        escape.isEmpty() && plain.state() == plainState && compact.state() == compactState;
    if (same && below.values().stream().noneMatch(Lane::isActive)) {
      active = false;
    }
  }

  /** From where on the text is the beginning of a secret, if it is cut off here. */
  long begunFrom(int least, long otherwise) {
    long from = Math.min(plain.begunFrom(least, otherwise), compact.begunFrom(least, otherwise));
    for (Lane lane : below.values()) {
      from = lane.active ? Math.min(from, lane.begunFrom(least, otherwise)) : from;
    }
    return from;
  }

  /** From where on it may yet find something. */
  long openFrom(long otherwise) {
    long from = Math.min(plain.openFrom(otherwise), compact.openFrom(otherwise));
    from = escapeStarts.isEmpty() ? from : Math.min(from, escapeStarts.getFirst());
    for (Lane lane : below.values()) {
      from = lane.active ? Math.min(from, lane.openFrom(otherwise)) : from;
    }
    return from;
  }
}
