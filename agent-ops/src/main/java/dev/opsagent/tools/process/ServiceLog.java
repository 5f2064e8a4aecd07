package dev.opsagent.tools.process;

import dev.opsagent.outside.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The end of what a service wrote, without secrets and safe for terminals. */
final class ServiceLog {
  private static final int MAX_BYTES = 64 * 1024;

  /** Where the file is longer, what is read may begin within a secret, which nobody recognises. */
  private static final int UNSEEN = MAX_BYTES / 4 * 3;

  private static final int MAX_LINES = 60;
  private static final int MAX_LINE = 300;

  private final Path file;
  private final UnaryOperator<String> mask;

  ServiceLog(Path file, UnaryOperator<String> mask) {
    this.file = file;
    this.mask = mask;
  }

  /** The last lines; empty when nothing was written. */
  List<String> tail() throws IOException {
    byte[] end = end();
    String masked = mask.apply(new String(end, StandardCharsets.UTF_8));
    String shown = end.length < MAX_BYTES ? masked : Printable.after(UNSEEN, masked);
    List<String> lines = shown.lines().map(ServiceLog::escaped).toList();
    return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size());
  }

  /** The line that tells most about a failure: the first that names an error, else the last. */
  Optional<String> verdict() throws IOException {
    List<String> lines = tail().stream().filter(line -> !line.isBlank()).toList();
    Stream<String> errors = lines.stream().filter(line -> line.contains("Error"));
    return errors.findFirst().or(() -> lines.reversed().stream().findFirst());
  }

  /** When something was written last; empty when nothing was. */
  Optional<Instant> writtenAt() throws IOException {
    try {
      return Files.size(file) == 0
          ? Optional.empty()
          : Optional.of(
              Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private byte[] end() throws IOException {
    try (FileChannel log = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
      long position = Math.max(0, log.size() - MAX_BYTES);
      int read = 0;
      while (read >= 0 && bytes.hasRemaining()) {
        read = log.read(bytes, position + bytes.position());
      }
      return Arrays.copyOf(bytes.array(), bytes.position());
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  private static String escaped(String line) {
    StringBuilder text = new StringBuilder();
    line.codePoints().limit(MAX_LINE).forEach(c -> append(text, c));
    return text.toString();
  }

  private static void append(StringBuilder text, int c) {
    if (c == '\t' || !Character.isISOControl(c)) {
      text.appendCodePoint(c);
      return;
    }
    text.append(String.format("\\x%02x", c));
  }
}
