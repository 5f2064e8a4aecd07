package dev.opsagent.cli.drill;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * One version of what a drill runs in a container.
 *
 * @param defect absent: it serves
 */
public record SampleContainer(String version, Optional<Defect> defect) {
  /** Where its Dockerfile lies in the context. */
  public static final String DOCKERFILE = "Dockerfile";

  private static final String SCRIPT = "serve.sh";

  /** The program and its arguments, as Dockerfiles and compose files write lists. */
  private String command() {
    boolean broken = defect.filter(Defect.CANNOT_START::equals).isPresent();
    return "[\"%s\", \"sh\", \"/%s\", \"%s\", \"%s\"]"
        .formatted(
            broken ? "/bin/missing" : "/bin/busybox",
            SCRIPT,
            version,
            defect.map(Defect::id).orElse("none"));
  }

  /**
   * Writes the context that its image is built of. The build fails when the program cannot run
   * without the libraries of this machine.
   *
   * @param busybox the one program in it
   */
  public Path pack(Path folder, Path busybox) throws IOException {
    Path file = folder.resolve(version + ".tar");
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      put(tar, "busybox", Files.readAllBytes(busybox));
      put(tar, SCRIPT, script());
      put(tar, DOCKERFILE, dockerfile().getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private String dockerfile() {
    return """
    FROM scratch
    COPY busybox /bin/busybox
    RUN ["/bin/busybox", "true"]
    COPY %s /
    STOPSIGNAL SIGKILL
    EXPOSE 8080
    CMD %s
    """
        .formatted(SCRIPT, command());
  }

  /**
   * The compose file that runs it.
   *
   * @param image any of these
   */
  public String composeFile(String image) {
    return """
    services:
      web:
        image: %s
        command: %s
        ports: ["127.0.0.1:${PORT}:8080"]
        stop_signal: SIGKILL
    """
        .formatted(image, command());
  }

  private static byte[] script() throws IOException {
    try (InputStream in = SampleContainer.class.getResourceAsStream(SCRIPT)) {
      return Objects.requireNonNull(in, SCRIPT + " is missing from the jar").readAllBytes();
    }
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(0100755);
    entry.setModTime(0);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
