package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.operations.Lines;
import dev.opsagent.operations.SecretNames;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a build sees: files of the commit below one folder, less what its {@code .dockerignore}
 * keeps out. Whatever else lies around is never in it.
 *
 * @param checkout at the commit
 */
record BuildContext(Checkout checkout, ImageParameters parameters) {
  private static final int MAX_FILES = 50_000;
  private static final int SHOWN = 5;

  /**
   * The files, relative to the context, in order.
   *
   * @throws Stopped when there is no Dockerfile, one of them looks like a secret, or they are too
   *     many
   */
  List<String> files() throws Stopped {
    String prefix = parameters.context().isEmpty() ? "" : parameters.context() + "/";
    TreeSet<String> below = new TreeSet<>();
    for (String path : unlessOk(checkout.files()).keySet()) {
      if (path.startsWith(prefix)) {
        below.add(path.substring(prefix.length()));
      }
    }
    if (!below.contains(parameters.dockerfile())) {
      throw refused(
          "%s%s is not in the commit".formatted(prefix, Lines.printable(parameters.dockerfile())),
          "name the Dockerfile, below the context, or commit it");
    }
    List<String> files = kept(below, ignore(prefix));
    refuseSecrets(files);
    if (files.size() > MAX_FILES) {
      throw refused(
          "it has more than %d files".formatted(MAX_FILES), "keep some out with .dockerignore");
    }
    return files;
  }

  private DockerIgnore ignore(String prefix) throws Stopped {
    Optional<byte[]> own = unlessOk(checkout.file(prefix + ownIgnoreFile()));
    Optional<byte[]> content =
        own.isPresent() ? own : unlessOk(checkout.file(prefix + DockerIgnore.FILE));
    return DockerIgnore.read(content.orElseGet(() -> new byte[0]));
  }

  /** One that belongs to a single Dockerfile comes before the one of the whole context. */
  private String ownIgnoreFile() {
    return parameters.dockerfile() + DockerIgnore.FILE;
  }

  /** The engine needs both files that say how to build, also where they say they are left out. */
  private List<String> kept(Set<String> files, DockerIgnore ignore) {
    Set<String> needed = Set.of(parameters.dockerfile(), DockerIgnore.FILE);
    return files.stream().filter(it -> needed.contains(it) || !ignore.ignores(it)).toList();
  }

  private static void refuseSecrets(List<String> files) throws Stopped {
    List<String> secrets = files.stream().filter(SecretNames::isFile).toList();
    if (secrets.isEmpty()) {
      return;
    }
    String more = secrets.size() > SHOWN ? " and %d more".formatted(secrets.size() - SHOWN) : "";
    List<String> shown = secrets.stream().limit(SHOWN).map(Lines::printable).toList();
    throw refused(
        "files that look like secrets would be in it: " + String.join(", ", shown) + more,
        "name them in .dockerignore, or take them out of the repository");
  }

  private static Stopped refused(String cause, String fix) {
    return new Stopped(
        Failure.of(ReasonCode.PRECONDITION_FAILED, "make the build context", cause, fix));
  }
}
