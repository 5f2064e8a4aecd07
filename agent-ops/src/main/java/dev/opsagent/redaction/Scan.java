package dev.opsagent.redaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * One text on its way, in pieces of any size. What may yet turn out to be a part of a secret is
 * held back until it is known.
 */
final class Scan {
  private static final int PIECE = 64 * 1024;

  /** No encoder puts more than this between the digits of a secret. */
  private static final int MOST_HELD = 512 * 1024;

  private static final byte[] CUT = Redactor.CUT.getBytes(UTF_8);
  private static final int CUT_MARK = CUT[0] & 0xff;

  /** Fewer of the first bytes of a secret help nobody, and ordinary text may end with them. */
  private static final int LEAST_BEGUN = 6;

  private static final String BEGINNING = "the beginning of a secret";

  private static final boolean[] MARKS = new boolean[256];

  static {
    for (Escapes family : Escapes.values()) {
      MARKS[family.mark()] = true;
    }
    MARKS[CUT_MARK] = true;
  }

  private final Patterns patterns;
  private final Shown shown;
  private final Map<Escapes, Lane> lanes = new EnumMap<>(Escapes.class);
  private final List<OpenRun> runs = new ArrayList<>();
  private final Map<String, Integer> found = new TreeMap<>();
  private final BitSet hidden = new BitSet();

  private byte[] held = new byte[256];
  private int size;
  private int unread;
  private long base;
  private int before = ' ';
  private boolean masked;
  private boolean decoding;
  private boolean following;
  private int plainState = Automaton.ROOT;
  private int compactState = Automaton.ROOT;

  /** Takes the text as it may be shown. */
  interface Shown {
    void take(byte[] bytes, int from, int to);
  }

  private record OpenRun(Shape shape, Run run, long from) {}

  Scan(Patterns patterns, Shown shown) {
    this.patterns = patterns;
    this.shown = shown;
  }

  /** A quick look: whether nothing is in the text that would need a closer one. */
  static boolean isClean(Patterns patterns, byte[] text) {
    Automaton plain = patterns.plain();
    Automaton compact = patterns.compact();
    int inPlain = Automaton.ROOT;
    int inCompact = Automaton.ROOT;
    for (byte one : text) {
      int unsigned = one & 0xff;
      int left = Compact.of(unsigned);
      inPlain = plain.next(inPlain, unsigned);
      inCompact = left == Compact.DROPPED ? inCompact : compact.next(inCompact, left);
      if (MARKS[unsigned] || plain.ends(inPlain) || compact.ends(inCompact)) {
        return false;
      }
    }
    return true;
  }

  void write(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at += PIECE) {
      int end = Math.min(at + PIECE, to);
      int begun = size - unread;
      append(bytes, at, end);
      int whole = size - cutBegun();
      read(begun, whole);
      unread = size - whole;
      flush(openFrom());
      if (size > MOST_HELD) {
        end();
      }
    }
  }

  /** No more comes, or no more that could belong to what is held. */
  void end() {
    read(size - unread, size);
    unread = 0;
    long end = base + size;
    lanes.values().stream().filter(Lane::isActive).forEach(lane -> lane.end(end));
    lanes.clear();
    decoding = false;
    runs.forEach(this::settle);
    runs.clear();
    following = false;
    plainState = Automaton.ROOT;
    compactState = Automaton.ROOT;
    flush(end);
  }

  /** How often each was found so far, by name. */
  Map<String, Integer> found() {
    return found;
  }

  private void append(byte[] bytes, int from, int to) {
    int more = to - from;
    if (size + more > held.length) {
      held = Arrays.copyOf(held, Math.max(size + more, held.length * 2));
    }
    System.arraycopy(bytes, from, held, size, more);
    size += more;
  }

  /** The way of ordinary bytes; whatever is the matter with others is done elsewhere. */
  private void read(int from, int to) {
    Automaton plain = patterns.plain();
    Automaton compact = patterns.compact();
    byte[] text = held;
    int inPlain = plainState;
    int inCompact = compactState;
    for (int at = from; at < to; at++) {
      int unsigned = text[at] & 0xff;
      if (MARKS[unsigned]) {
        mark(unsigned, at, inPlain, inCompact);
      }
      inPlain = plain.next(inPlain, unsigned);
      int left = Compact.of(unsigned);
      boolean ends = plain.ends(inPlain);
      if (left != Compact.DROPPED) {
        inCompact = compact.next(inCompact, left);
        ends |= compact.ends(inCompact);
      }
      if (ends || following || decoding) {
        closer(unsigned, at, inPlain, left == Compact.DROPPED ? Automaton.ROOT : inCompact);
        decode(unsigned, at, inPlain, inCompact);
      }
    }
    plainState = inPlain;
    compactState = inCompact;
  }

  private void mark(int unsigned, int at, int inPlain, int inCompact) {
    if (unsigned != CUT_MARK) {
      branch(unsigned, at, inPlain, inCompact);
    } else if (size - at >= CUT.length
        && Arrays.equals(held, at, at + CUT.length, CUT, 0, CUT.length)) {
      cut(at, inPlain, inCompact);
    }
  }

  /** How many of the last bytes may yet become the mark of a cut. */
  private int cutBegun() {
    for (int length = Math.min(size, CUT.length - 1); length > 0; length--) {
      if (Arrays.equals(held, size - length, size, CUT, 0, length)) {
        return length;
      }
    }
    return 0;
  }

  /** What stands before the mark of a cut may be a secret of which the rest was cut off. */
  private void cut(int at, int inPlain, int inCompact) {
    long end = base + at;
    int inText = patterns.plain().begun(inPlain);
    long from = inText < LEAST_BEGUN ? end : end - inText;
    int inDigits = patterns.compact().begun(inCompact);
    from = inDigits < LEAST_BEGUN ? from : Math.min(from, base + compactFrom(at, inDigits));
    for (Lane lane : lanes.values()) {
      from = lane.isActive() ? Math.min(from, lane.begunFrom(LEAST_BEGUN, end)) : from;
    }
    found(BEGINNING, from, end);
    for (OpenRun run : runs) {
      run.run()
          .cutFrom(run.shape().beginning().length(), LEAST_BEGUN)
          .ifPresent(it -> found(run.shape().name(), run.from() + it, end));
    }
  }

  private void closer(int unsigned, int at, int inPlain, int inCompact) {
    follow(unsigned);
    if (patterns.plain().ends(inPlain)) {
      ended(inPlain, at + 1);
    }
    Automaton compact = patterns.compact();
    if (compact.ends(inCompact)) {
      int start = compactFrom(at + 1, compact.secretLength(inCompact));
      found(compact.secret(inCompact), base + start, base + at + 1);
    }
  }

  private void ended(int state, int end) {
    Automaton plain = patterns.plain();
    if (plain.secret(state) != Automaton.NONE) {
      found(plain.secret(state), base + end - plain.secretLength(state), base + end);
    }
    if (plain.shape(state) != Automaton.NONE) {
      begin(Shape.of(plain.shape(state)), end);
    }
  }

  private void begin(Shape shape, int end) {
    int start = end - shape.beginning().length();
    int earlier = start > 0 ? held[start - 1] & 0xff : before;
    boolean inWord = Character.isLetterOrDigit(earlier) && earlier < 128;
    boolean open = runs.stream().anyMatch(run -> run.shape().name().equals(shape.name()));
    if (start >= 0 && !open && !(shape.apart() && inWord)) {
      runs.add(new OpenRun(shape, shape.reading().get(), base + end));
      following = true;
    }
  }

  private void follow(int unsigned) {
    runs.removeIf(run -> {
      boolean ended = !run.run().take(unsigned);
      if (ended) {
        settle(run);
      }
      return ended;
    });
    following = !runs.isEmpty();
  }

  private void settle(OpenRun run) {
    OptionalInt from = run.run().secretFrom(run.shape().beginning().length());
    from.ifPresent(it -> found(run.shape().name(), run.from() + it, run.from() + run.run().read()));
  }

  /** Where the last so many bytes began that were not left out. */
  private int compactFrom(int end, int length) {
    int at = end;
    for (int left = length; left > 0; at--) {
      left -= Compact.of(held[at - 1] & 0xff) == Compact.DROPPED ? 0 : 1;
    }
    return at;
  }

  private void branch(int unsigned, int at, int inPlain, int inCompact) {
    for (Escapes family : Escapes.values()) {
      if (family.mark() == unsigned) {
        Lane lane = lanes.computeIfAbsent(family, it -> new Lane(it, patterns, 1, this::found));
        if (!lane.isActive()) {
          lane.begin(inPlain, plainOpen(at, inPlain), inCompact, compactOpen(at, inCompact));
          decoding = true;
        }
      }
    }
  }

  private long[] plainOpen(int end, int state) {
    long[] open = new long[patterns.plain().depth(state)];
    for (int i = 0; i < open.length; i++) {
      open[i] = base + end - open.length + i;
    }
    return open;
  }

  private long[] compactOpen(int end, int state) {
    long[] open = new long[patterns.compact().depth(state)];
    int at = end;
    for (int i = open.length - 1; i >= 0; i--) {
      at = compactFrom(at, 1);
      open[i] = base + at;
    }
    return open;
  }

  private void decode(int unsigned, int at, int inPlain, int inCompact) {
    decoding = false;
    for (Lane lane : lanes.values()) {
      if (lane.isActive()) {
        lane.feed(unsigned, base + at, base + at + 1);
        lane.rest(inPlain, inCompact);
        decoding |= lane.isActive();
      }
    }
  }

  private void found(int secret, long from, long to) {
    found(patterns.names().get(secret), from, to);
  }

  /** What lies within something found before is the same secret seen in two ways. */
  private void found(String name, long from, long to) {
    int start = (int) Math.max(0, from - base);
    int end = (int) (to - base);
    if (hidden.nextClearBit(start) < end) {
      hidden.set(start, end);
      found.merge(name, 1, Integer::sum);
    }
  }

  private long openFrom() {
    int read = size - unread;
    long end = base + read;
    long open = end - patterns.plain().depth(plainState);
    open = Math.min(open, base + compactFrom(read, patterns.compact().depth(compactState)));
    for (Lane lane : lanes.values()) {
      open = lane.isActive() ? Math.min(open, lane.openFrom(end)) : open;
    }
    for (OpenRun run : runs) {
      open = Math.min(open, run.from() - run.shape().beginning().length());
    }
    return open;
  }

  private void flush(long upTo) {
    int to = (int) (upTo - base);
    for (int at = 0; at < to; ) {
      boolean secret = hidden.get(at);
      int change = secret ? hidden.nextClearBit(at) : hidden.nextSetBit(at);
      int end = change < 0 ? to : Math.min(change, to);
      show(secret, at, end);
      at = end;
    }
    forget(to);
  }

  private void show(boolean secret, int from, int to) {
    if (!secret) {
      shown.take(held, from, to);
    } else if (!masked) {
      byte[] mask = Redactor.maskBytes();
      shown.take(mask, 0, mask.length);
    }
    masked = secret;
  }

  private void forget(int count) {
    if (count <= 0) {
      return;
    }
    before = held[count - 1] & 0xff;
    System.arraycopy(held, count, held, 0, size - count);
    if (!hidden.isEmpty()) {
      BitSet rest = hidden.get(count, Math.max(count, hidden.length()));
      hidden.clear();
      hidden.or(rest);
    }
    size -= count;
    base += count;
  }
}
