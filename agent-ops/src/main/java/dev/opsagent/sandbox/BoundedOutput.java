package dev.opsagent.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.redaction.Redactor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;

/** The first and the last part of what a program prints. */
final class BoundedOutput {
  private final byte[] head;
  private final byte[] tail;
  private final Kept kept = new Kept();
  private final Optional<Redactor.Flow> flow;
  private long total;

  private BoundedOutput(int part, Optional<Redactor> redactor) {
    this.head = new byte[part];
    this.tail = new byte[part];
    this.flow = redactor.map(it -> it.flow(kept));
  }

  /**
   * For people: secrets are hidden before it is cut.
   *
   * @param part bytes kept of each part
   */
  static BoundedOutput shown(int part, Redactor redactor) {
    return new BoundedOutput(part, Optional.of(redactor));
  }

  /**
   * For nobody but who called the program.
   *
   * @param most bytes that are not cut
   */
  static BoundedOutput asItIs(int most) {
    return new BoundedOutput(most, Optional.empty());
  }

  /** Reads to the end of the stream; ends early when its process is gone. */
  void readFrom(InputStream stream) {
    byte[] buffer = new byte[8192];
    try (stream) {
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        take(buffer, n);
      }
    } catch (IOException e) {
      // The pipe closes under us when the process tree is ended: what came is what there is.
      return;
    }
  }

  private synchronized void take(byte[] bytes, int length) {
    if (flow.isPresent()) {
      flow.get().write(bytes, 0, length);
    } else {
      kept.write(bytes, 0, length);
    }
  }

  /** What came; nothing comes after it. */
  synchronized String text() {
    flow.ifPresent(Redactor.Flow::close);
    if (total <= head.length) {
      return new String(head, 0, (int) total, UTF_8);
    }
    byte[] last = lastBytes();
    long omitted = Math.max(0, total - head.length - last.length);
    int from = (int) Math.max(0, last.length - (total - head.length));
    String cut = omitted == 0 ? "" : "\n[" + omitted + " bytes left out]\n";
    return new String(head, UTF_8) + cut + new String(last, from, last.length - from, UTF_8);
  }

  /** How often each secret was in it. */
  synchronized Map<String, Integer> found() {
    return flow.map(Redactor.Flow::found).orElse(Map.of());
  }

  /** Whether nothing had to be cut. */
  synchronized boolean isWhole() {
    return total <= head.length;
  }

  private byte[] lastBytes() {
    int split = (int) (total % tail.length);
    byte[] last = new byte[tail.length];
    System.arraycopy(tail, split, last, 0, tail.length - split);
    System.arraycopy(tail, 0, last, tail.length - split, split);
    return last;
  }

  private final class Kept extends OutputStream {
    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int i = from; i < from + length; i++) {
        if (total < head.length) {
          head[(int) total] = bytes[i];
        }
        tail[(int) (total % tail.length)] = bytes[i];
        total++;
      }
    }
  }
}
