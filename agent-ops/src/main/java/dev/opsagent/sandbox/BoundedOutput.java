package dev.opsagent.sandbox;

import java.io.IOException;
import java.io.InputStream;

/**
 * The first and the last part of what a program prints. Both parts are kept a little longer than
 * they are shown, so that a secret that lies across the cut is still recognised.
 */
final class BoundedOutput {
  private final int shown;
  private final int margin;
  private final byte[] head;
  private final byte[] tail;
  private long total;

  /**
   * @param shown bytes shown of each part
   * @param margin bytes kept beyond them
   */
  BoundedOutput(int shown, int margin) {
    this.shown = shown;
    this.margin = margin;
    this.head = new byte[shown + margin];
    this.tail = new byte[shown + margin];
  }

  /** Reads to the end of the stream; ends early when its process is gone. */
  void readFrom(InputStream stream) {
    byte[] buffer = new byte[8192];
    try (stream) {
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        add(buffer, n);
      }
    } catch (IOException e) {
      // The pipe closes under us when the process tree is ended: what came is what there is.
      return;
    }
  }

  private synchronized void add(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (total < head.length) {
        head[(int) total] = bytes[i];
      }
      tail[(int) (total % tail.length)] = bytes[i];
      total++;
    }
  }

  synchronized String text(SecretMask mask) {
    if (total <= head.length) {
      return mask.mask(head, 0, (int) total);
    }
    byte[] last = lastBytes();
    int from = (int) Math.max(margin, last.length - (total - shown));
    long omitted = total - shown - (last.length - from);
    String cut = omitted == 0 ? "" : "\n[" + omitted + " bytes left out]\n";
    return mask.mask(head, 0, shown) + cut + mask.mask(last, from, last.length);
  }

  private byte[] lastBytes() {
    int split = (int) (total % tail.length);
    byte[] last = new byte[tail.length];
    System.arraycopy(tail, split, last, 0, tail.length - split);
    System.arraycopy(tail, 0, last, tail.length - split, split);
    return last;
  }
}
