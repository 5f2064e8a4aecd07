package dev.opsagent.tools.index;

import dev.opsagent.execution.KnownTasks.Known;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A known task as bytes: when it ended; its id and its digest, each after its length; the report.
 */
record StoredTask(String taskId, Known known) {
  byte[] write() {
    byte[] id = taskId.getBytes(StandardCharsets.UTF_8);
    byte[] digest = known.payloadDigest().getBytes(StandardCharsets.UTF_8);
    byte[] report = known.lastReport();
    return ByteBuffer.allocate(
            Long.BYTES + 2 * Integer.BYTES + id.length + digest.length + report.length)
        .putLong(known.endedAt().toEpochMilli())
        .putInt(id.length)
        .put(id)
        .putInt(digest.length)
        .put(digest)
        .put(report)
        .array();
  }

  /**
   * @throws IllegalArgumentException when the bytes are no task's
   */
  static StoredTask read(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      Instant endedAt = Instant.ofEpochMilli(buffer.getLong());
      String id = text(buffer);
      String digest = text(buffer);
      return new StoredTask(id, new Known(digest, endedAt, take(buffer, buffer.remaining())));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a stored task is cut short", e);
    }
  }

  private static String text(ByteBuffer buffer) {
    return new String(take(buffer, buffer.getInt()), StandardCharsets.UTF_8);
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
