package dev.opsagent.tools.docker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of a message in protocol buffers' wire format, as far as BuildKit's progress needs
 * them: those that hold bytes.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class WireFields {
  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int BYTES = 2;
  private static final int FOUR_BYTES = 5;

  private WireFields() {}

  /** A field of bytes: a text, or a message within the message. */
  record Field(int number, byte[] value) {
    String text() {
      return new String(value, StandardCharsets.UTF_8);
    }
  }

  /**
   * Those of the message, in order.
   *
   * @throws IllegalArgumentException when it is none
   */
  static List<Field> of(byte[] message) {
    List<Field> fields = new ArrayList<>();
    ByteBuffer left = ByteBuffer.wrap(message);
    while (left.hasRemaining()) {
      long tag = varint(left);
      int number = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> varint(left);
        case EIGHT_BYTES -> bytes(left, Long.BYTES);
        case BYTES -> fields.add(new Field(number, bytes(left, varint(left))));
        case FOUR_BYTES -> bytes(left, Integer.BYTES);
        default -> throw new IllegalArgumentException("a field of an unknown kind");
      }
    }
    return fields;
  }

  private static long varint(ByteBuffer left) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE && left.hasRemaining(); shift += 7) {
      byte next = left.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number without an end");
  }

  private static byte[] bytes(ByteBuffer left, long length) {
    if (length < 0 || length > left.remaining()) {
      throw new IllegalArgumentException("a field that is longer than its message");
    }
    byte[] value = new byte[(int) length];
    left.get(value);
    return value;
  }
}
