package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.process.ServiceState.Spec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Brings a release to where it can be started, while the one before still runs. */
final class Preparation {
  private final ServiceFolder folder;
  private final DependencyInstaller installer;

  Preparation(ServiceFolder folder, DependencyInstaller installer) {
    this.folder = folder;
    this.installer = installer;
  }

  /** Unpacks the release and installs what it needs, unless that was done before. */
  Answer<Spec> prepare(Release release) throws IOException {
    Tarball tarball = new Tarball(release.source(), Tarball.Limits.USUAL);
    Path ready = folder.release(release.version(), release.digest());
    return switch (tarball.verify(release.digest())) {
      case Answer.No<Boolean> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Boolean> ignored -> spec(release, tarball, ready);
    };
  }

  private Answer<Spec> spec(Release release, Tarball tarball, Path ready) throws IOException {
    Answer<Boolean> there =
        Files.isDirectory(ready, LinkOption.NOFOLLOW_LINKS)
            ? new Answer.Ok<>(true)
            : unpack(release, tarball, ready);
    return switch (there) {
      case Answer.No<Boolean> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Boolean> ignored ->
          StartCommand.of(release.command(), manifest(ready), ready)
              .map(command -> Spec.of(release, command));
    };
  }

  /** Brings what was prepared for another target here, unless that was done before. */
  void copy(ServiceFolder other, Spec spec) throws IOException {
    Path ready = folder.release(spec);
    if (!Files.isDirectory(ready, LinkOption.NOFOLLOW_LINKS)) {
      Path fresh = folder.preparation();
      new ReleaseCopy(other.release(spec), fresh).run();
      Files.move(fresh, ready, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Answer<Boolean> unpack(Release release, Tarball tarball, Path ready) throws IOException {
    Path fresh = folder.preparation();
    return switch (tarball.unpack(fresh)) {
      case Answer.No<Boolean> no -> no;
      case Answer.Ok<Boolean> ignored -> complete(release, fresh, ready);
    };
  }

  private Answer<Boolean> complete(Release release, Path fresh, Path ready) throws IOException {
    if (!Files.isRegularFile(fresh.resolve("package.json"), LinkOption.NOFOLLOW_LINKS)) {
      return no("the package holds no package.json");
    }
    Answer<Boolean> installed =
        needsDependencies(manifest(fresh))
            ? installer.install(fresh, release.timeout())
            : new Answer.Ok<>(true);
    if (installed instanceof Answer.Ok<Boolean>) {
      // Only now does the release exist: a crash before leaves nothing that looks complete.
      Files.move(fresh, ready, StandardCopyOption.ATOMIC_MOVE);
    }
    return installed;
  }

  private static boolean needsDependencies(JsonNode manifest) {
    return Stream.of("dependencies", "optionalDependencies")
        .anyMatch(kind -> !manifest.path(kind).isEmpty());
  }

  private static JsonNode manifest(Path folder) throws IOException {
    try (InputStream file = Files.newInputStream(folder.resolve("package.json"))) {
      return Json.readTree(file.readNBytes(Json.MAX_BYTES + 1));
    } catch (InvalidMessage e) {
      throw new IOException("package.json is not valid JSON", e);
    }
  }

  private static <T> Answer<T> no(String cause) {
    return new Answer.No<>(
        Failure.of(ReasonCode.PRECONDITION_FAILED, "prepare the release", cause, "pack it anew"));
  }
}
