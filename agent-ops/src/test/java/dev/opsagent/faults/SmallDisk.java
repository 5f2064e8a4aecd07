package dev.opsagent.faults;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A folder that holds little: a file system in memory, which only root may mount. */
record SmallDisk(Path folder) implements AutoCloseable {
  static boolean possible() {
    return "root".equals(System.getProperty("user.name"));
  }

  static SmallDisk mount(Path folder, String size) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString());
    return new SmallDisk(folder);
  }

  /** Fills it, also again when somebody has freed some of it; the end of the file frees it. */
  Path fill() {
    Path file = folder.resolve("filler");
    try (OutputStream out = Files.newOutputStream(file, CREATE, APPEND)) {
      for (byte[] block = new byte[1 << 12]; ; ) {
        out.write(block);
      }
    } catch (IOException full) {
      return file;
    }
  }

  boolean full() {
    try {
      return Files.getFileStore(folder).getUsableSpace() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).inheritIO().start();
      assertThat(process.onExit().join().exitValue()).as(String.join(" ", command)).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    run("umount", "--lazy", folder.toString());
  }
}
