package dev.opsagent.tools.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** How repositories lie on the disk. */
final class GitFolders {
  private static final long LARGEST_CONFIG = 1024 * 1024;

  /** Extensions that do not change how objects and refs are stored. */
  private static final Set<String> HARMLESS = Set.of("noop", "preciousobjects", "partialclone");

  private GitFolders() {}

  static Path gitDir(Path folder) {
    return folder.resolve(".git");
  }

  /** Opens it without its own configuration. */
  static Repository open(Path folder) throws IOException {
    Path gitDir = gitDir(folder);
    return new FileRepositoryBuilder()
        .setFS(new HermeticFs(gitDir))
        .setGitDir(gitDir.toFile())
        .setWorkTree(folder.toFile())
        .setMustExist(true)
        .build();
  }

  /** A repository of its own, which has no refs and borrows objects. */
  static Repository borrowing(Path objects) throws IOException {
    Path nowhere = objects.resolveSibling("no-repository");
    return new FileRepositoryBuilder()
        .setFS(new HermeticFs(nowhere))
        .setBare()
        .setGitDir(nowhere.toFile())
        .setObjectDirectory(objects.toFile())
        .build();
  }

  /** Makes an empty repository whose HEAD names the branch. */
  static void create(Path folder, String branch, String origin) throws IOException {
    Path gitDir = Files.createDirectory(gitDir(folder));
    Files.createDirectories(gitDir.resolve("objects/info"));
    Files.createDirectories(gitDir.resolve("objects/pack"));
    Files.createDirectories(gitDir.resolve("refs/heads"));
    Files.createDirectories(gitDir.resolve("refs/tags"));
    Files.writeString(gitDir.resolve("HEAD"), "ref: refs/heads/" + branch + "\n");
    Config config = new Config();
    config.setInt("core", null, "repositoryformatversion", 0);
    config.setBoolean("core", null, "filemode", true);
    config.setBoolean("core", null, "bare", false);
    config.setString("remote", "origin", "url", origin);
    config.setString("remote", "origin", "fetch", "+refs/heads/*:refs/remotes/origin/*");
    Files.writeString(gitDir.resolve("config"), config.toText());
  }

  /** Why the folder cannot be worked on, if so. */
  static Optional<String> fault(Path folder) throws IOException {
    Path gitDir = gitDir(folder);
    if (!Files.isDirectory(gitDir, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of("it holds no .git folder of its own");
    }
    if (Files.exists(gitDir.resolve("commondir"))) {
      return Optional.of("it is a linked working tree; name the main one");
    }
    return formatFault(gitDir);
  }

  /** Why the repository's format is not understood, if so. */
  static Optional<String> formatFault(Path gitDir) throws IOException {
    Config config = readConfig(gitDir);
    int version = config.getInt("core", null, "repositoryformatversion", 0);
    return config.getNames("extensions").stream()
        .filter(extension -> version > 0 && !HARMLESS.contains(extension))
        .findFirst()
        .map(extension -> "it uses the format extension " + extension);
  }

  /** The URL of {@code origin} as the repository's own configuration has it. */
  static Optional<String> origin(Path folder) throws IOException {
    return Optional.ofNullable(readConfig(gitDir(folder)).getString("remote", "origin", "url"));
  }

  /** Reads the file alone: what it includes is not looked at. */
  private static Config readConfig(Path gitDir) throws IOException {
    Path file = gitDir.resolve("config");
    if (!Files.exists(file)) {
      return new Config();
    }
    if (Files.size(file) > LARGEST_CONFIG) {
      throw new IOException("the repository's config is larger than any");
    }
    try {
      Config config = new Config();
      config.fromText(Files.readString(file));
      return config;
    } catch (ConfigInvalidException e) {
      throw new IOException("the repository's config cannot be read", e);
    }
  }
}
