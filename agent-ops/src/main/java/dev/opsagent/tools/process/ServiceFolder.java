package dev.opsagent.tools.process;

import dev.opsagent.outside.DurableFile;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Json;
import dev.opsagent.tools.process.ServiceState.Spec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files that are kept for one target. */
final class ServiceFolder {
  private static final int MAX_STATE = 1024 * 1024;

  private final Path services;
  private final Path folder;

  ServiceFolder(Path services, String target) {
    this.services = services;
    this.folder = services.resolve(encoded(target));
  }

  /** The folder of another target. */
  ServiceFolder of(String other) {
    return new ServiceFolder(services, other);
  }

  Path path() {
    return folder;
  }

  /** The folder of a release; there only when the release is complete. */
  Path release(Spec spec) {
    return release(spec.version(), spec.digest());
  }

  Path release(String version, String digest) {
    String id = Digests.sha256(digest).substring("sha256:".length(), "sha256:".length() + 16);
    return releases().resolve(encoded(version) + "-" + id);
  }

  /** A fresh folder to prepare a release in. */
  Path preparation() throws IOException {
    Files.createDirectories(releases());
    return Files.createTempDirectory(releases(), ".preparing-");
  }

  /** A private folder of the service, such as its home. */
  Path kept(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /** The output of the running service; the one of the start before lies beside it. */
  Path log() {
    return folder.resolve("service.log");
  }

  /** Puts the last start's output aside, so that a log never spans two starts. */
  void turnLog() throws IOException {
    if (Files.exists(log(), LinkOption.NOFOLLOW_LINKS)) {
      Files.move(log(), folder.resolve("service.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  Optional<ServiceState> read() throws IOException {
    try (InputStream file = Files.newInputStream(current())) {
      return Optional.of(Json.read(file.readNBytes(MAX_STATE), ServiceState.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Replaces the state as a whole; it is on disk when this returns. */
  void write(ServiceState state) throws IOException {
    DurableFile.replace(current(), Json.write(state));
  }

  /** Forgets the target: nothing runs and nothing can be gone back to. */
  void forget() throws IOException {
    DurableFile.remove(current());
    prune(List.of());
  }

  /** Deletes the releases that nobody goes back to. */
  void prune(List<Spec> kept) throws IOException {
    if (Files.notExists(releases())) {
      return;
    }
    Set<Path> keep = kept.stream().map(this::release).collect(Collectors.toSet());
    try (Stream<Path> found = Files.list(releases())) {
      for (Path release : found.filter(path -> !keep.contains(path)).toList()) {
        FolderRemoval.remove(release);
      }
    }
  }

  private Path current() {
    return folder.resolve("current.json");
  }

  private Path releases() {
    return folder.resolve("releases");
  }

  /** A file name for any text, different for different texts. */
  private static String encoded(String text) {
    StringBuilder name = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isPlain(c) || (c == '.' && !name.isEmpty())) {
        name.append(c);
        continue;
      }
      name.append(String.format("%%%02X", (int) c));
    }
    return name.toString();
  }

  private static boolean isPlain(char c) {
    return c == '-' || c == '_' || (c < 128 && Character.isLetterOrDigit(c));
  }
}
