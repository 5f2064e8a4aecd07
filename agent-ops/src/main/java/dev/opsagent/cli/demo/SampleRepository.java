package dev.opsagent.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.URIish;

/**
 * A bare remote whose branch {@code main} holds a small Node service. Made without the git program,
 * so that the demo does not need it.
 *
 * @param remote the bare repository's folder
 */
public record SampleRepository(Path remote) {
  private static final String BRANCH = "main";
  private static final List<String> FILES = List.of("package.json", "server.js");

  /**
   * Makes it.
   *
   * @param folder an empty folder, or one that does not exist
   */
  public static SampleRepository create(Path folder) throws IOException {
    Path remote = folder.resolve("shop.git");
    Path work = folder.resolve("work");
    try (Git bare =
            Git.init().setBare(true).setInitialBranch(BRANCH).setDirectory(remote.toFile()).call();
        Git clone = Git.init().setInitialBranch(BRANCH).setDirectory(work.toFile()).call()) {
      for (String file : FILES) {
        write(file, work.resolve(file));
        clone.add().addFilepattern(file).call();
      }
      PersonIdent author = new PersonIdent("Sample Engineer", "engineer@example.org");
      clone
          .commit()
          .setSign(false)
          .setNoVerify(true)
          .setMessage("feat: answer health checks")
          .setAuthor(author)
          .setCommitter(author)
          .call();
      clone
          .push()
          .setRemote(new URIish(bare.getRepository().getDirectory().toURI().toURL()).toString())
          .setRefSpecs(new RefSpec("refs/heads/main:refs/heads/main"))
          .call();
      return new SampleRepository(remote);
    } catch (GitAPIException failed) {
      throw new IOException("make the sample repository in " + folder, failed);
    }
  }

  /** The refs of the remote: branches by name, tags by name with the commit that they mark. */
  public Map<String, String> refs() throws IOException {
    Map<String, String> refs = new TreeMap<>();
    try (Git bare = Git.open(remote.toFile())) {
      for (Ref ref : bare.getRepository().getRefDatabase().getRefs()) {
        Ref peeled = bare.getRepository().getRefDatabase().peel(ref);
        ObjectId commit =
            peeled.getPeeledObjectId() == null ? peeled.getObjectId() : peeled.getPeeledObjectId();
        refs.put(ref.getName(), Objects.requireNonNull(commit).name());
      }
    }
    return refs;
  }

  private static void write(String resource, Path file) throws IOException {
    try (InputStream in = SampleRepository.class.getResourceAsStream(resource)) {
      Files.copy(Objects.requireNonNull(in, resource + " is missing from the jar"), file);
    }
  }
}
