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
    Map<String, byte[]> files = new TreeMap<>();
    for (String file : FILES) {
      files.put(file, read(file));
    }
    return create(folder, Map.of(BRANCH, files));
  }

  /**
   * Makes one with several branches.
   *
   * @param folder an empty folder, or one that does not exist
   * @param branches the files of each by their names
   */
  public static SampleRepository create(Path folder, Map<String, Map<String, byte[]>> branches)
      throws IOException {
    Path remote = folder.resolve("shop.git");
    Path work = folder.resolve("work");
    try (Git bare =
            Git.init().setBare(true).setInitialBranch(BRANCH).setDirectory(remote.toFile()).call();
        Git clone = Git.init().setInitialBranch(BRANCH).setDirectory(work.toFile()).call()) {
      String url = new URIish(bare.getRepository().getDirectory().toURI().toURL()).toString();
      for (Map.Entry<String, Map<String, byte[]>> branch : branches.entrySet()) {
        commit(clone, work, branch.getValue());
        clone
            .push()
            .setRemote(url)
            .setRefSpecs(new RefSpec("refs/heads/main:refs/heads/" + branch.getKey()))
            .call();
      }
      return new SampleRepository(remote);
    } catch (GitAPIException failed) {
      throw new IOException("make the sample repository in " + folder, failed);
    }
  }

  private static void commit(Git clone, Path work, Map<String, byte[]> files)
      throws IOException, GitAPIException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(work.resolve(file.getKey()), file.getValue());
      clone.add().addFilepattern(file.getKey()).call();
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

  private static byte[] read(String resource) throws IOException {
    try (InputStream in = SampleRepository.class.getResourceAsStream(resource)) {
      return Objects.requireNonNull(in, resource + " is missing from the jar").readAllBytes();
    }
  }
}
