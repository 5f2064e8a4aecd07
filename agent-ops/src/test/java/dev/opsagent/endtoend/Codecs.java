package dev.opsagent.endtoend;

import com.sun.jna.Native;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/**
 * A program for the worker's image: what a bus may compress with, and calls of native code, work.
 */
final class Codecs {
  private static final byte[] TEXT = "the same again ".repeat(100).getBytes(StandardCharsets.UTF_8);

  private Codecs() {}

  public static void main(String[] arguments) throws Exception {
    for (CompressionType type : CompressionType.values()) {
      Compression compression = Compression.of(type).build();
      ByteBufferOutputStream packed = new ByteBufferOutputStream(64);
      try (OutputStream out = compression.wrapForOutput(packed, RecordBatch.CURRENT_MAGIC_VALUE)) {
        out.write(TEXT);
      }
      ByteBuffer buffer = packed.buffer();
      buffer.flip();
      try (InputStream in =
          compression.wrapForInput(
              buffer, RecordBatch.CURRENT_MAGIC_VALUE, BufferSupplier.NO_CACHING)) {
        if (!java.util.Arrays.equals(in.readAllBytes(), TEXT)) {
          throw new IllegalStateException(type + " gives back something else");
        }
      }
      System.out.println(type.name);
    }
    System.out.println("pointers of " + Native.POINTER_SIZE + " bytes");
  }
}
