package dev.opsagent.tools.index;

import dev.opsagent.execution.KnownTasks.Known;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A known task as bytes: its place, the length of its digest, the digest, the report.
 *
 * @param place counts the tasks in the order in which they came
 */
record StoredTask(long place, Known known) {
  byte[] write() {
    byte[] digest = known.payloadDigest().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(
            Long.BYTES + Integer.BYTES + digest.length + known.lastReport().length)
        .putLong(place)
        .putInt(digest.length)
        .put(digest)
        .put(known.lastReport())
        .array();
  }

  /**
   * @throws IllegalArgumentException when the bytes are no task's
   */
  static StoredTask read(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      long place = buffer.getLong();
      byte[] digest = take(buffer, buffer.getInt());
      byte[] report = take(buffer, buffer.remaining());
      return new StoredTask(place, new Known(new String(digest, StandardCharsets.UTF_8), report));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a stored task is cut short", e);
    }
  }

  private static byte[] take(ByteBuffer buffer, int length) {
    if (length < 0 || length > buffer.remaining()) {
      throw new IllegalArgumentException("a stored task has a part of " + length + " bytes");
    }
    byte[] part = new byte[length];
    buffer.get(part);
    return part;
  }
}
