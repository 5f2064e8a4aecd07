package dev.opsagent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** An image that needs no registry: one static program. */
public final class BusyboxImage {
  /** Its own for each JVM of tests, so that none removes the other's. */
  public static final String NAME = "ops-agent-test/busybox:" + ProcessHandle.current().pid();

  private BusyboxImage() {}

  /** Makes the image on the engine. */
  public static void make(Programs programs, Path folder, Map<String, String> engine)
      throws IOException {
    Path busybox = Peers.require("busybox", "install busybox-static");
    Path file = folder.resolve("busybox.tar");
    try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      TarArchiveEntry entry = new TarArchiveEntry("bin/busybox", true);
      entry.setMode(0100755);
      entry.setSize(Files.size(busybox));
      tar.putArchiveEntry(entry);
      Files.copy(busybox, tar);
      tar.closeArchiveEntry();
    }
    run(programs, folder, engine, "docker", "import", file.toString(), NAME);
  }

  /** Removes the image, if an engine answers and has it. */
  public static boolean remove(Programs programs, Path folder, Map<String, String> engine) {
    List<String> command = List.of("docker", "image", "rm", "--force", NAME);
    return programs.run(new Command(command, folder, engine, Duration.ofSeconds(60)))
        instanceof Answer.Ok<?>;
  }

  /** Builds an image as the classic builder does, which finds {@link #NAME} on the engine. */
  public static void build(Programs programs, Path folder, String name, Path context) {
    Map<String, String> classic = Map.of("DOCKER_BUILDKIT", "0");
    run(programs, folder, classic, "docker", "build", "-q", "-t", name, context.toString());
  }

  /** Runs a program that must succeed. */
  public static String run(
      Programs programs, Path folder, Map<String, String> environment, String... command) {
    Answer<Finished> answer =
        programs.run(new Command(List.of(command), folder, environment, Duration.ofSeconds(60)));
    return switch (answer) {
      case Answer.No<Finished> no -> throw new AssertionError(no.failure().sentence());
      case Answer.Ok<Finished> ok -> {
        assertThat(ok.value().exitCode()).as(ok.value().stderr()).isZero();
        yield ok.value().stdout();
      }
    };
  }
}
