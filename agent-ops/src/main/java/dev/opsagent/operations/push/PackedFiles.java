package dev.opsagent.operations.push;

import dev.opsagent.authority.Owner;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.PathGlob;
import dev.opsagent.authority.RepositoryPath;
import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks what a tarball ships: every file is one of the release commit with equal bytes, or lies in
 * a generated folder that the manifest declares. A planted file, an ignored secret or an edited
 * source is neither.
 *
 * @param owners tells which folders are generated
 * @param committed files of the commit: path to git blob id
 * @param raised the files that the release changes, as they must be
 * @param declared what the manifest says it ships
 */
record PackedFiles(
    OwnershipMap owners,
    Map<String, String> committed,
    Map<String, byte[]> raised,
    List<String> declared) {
  private static final String ROOT = "package/";
  private static final int MAX_FILES = 50_000;
  private static final long MAX_BYTES = 512L * 1024 * 1024;

  PackedFiles {
    committed = Map.copyOf(committed);
    raised = Map.copyOf(raised);
    declared = List.copyOf(declared);
  }

  /** Reads the tarball to its end; the first entry that does not belong in it ends the check. */
  void check(Path tarball) throws Stopped, IOException {
    Set<String> seen = new HashSet<>();
    long total = 0;
    try (InputStream file = new BufferedInputStream(Files.newInputStream(tarball));
        TarArchiveInputStream tar = open(file)) {
      for (TarArchiveEntry entry = next(tar); entry != null; entry = next(tar)) {
        total += entry.getSize();
        if (seen.size() >= MAX_FILES || total > MAX_BYTES) {
          throw broken("it holds more than %d files or %d bytes".formatted(MAX_FILES, MAX_BYTES));
        }
        check(entry, tar, seen);
      }
    }
    if (!seen.contains(Manifest.FILE)) {
      throw broken("it has no " + Manifest.FILE);
    }
  }

  private static TarArchiveInputStream open(InputStream file) throws IOException {
    return new TarArchiveInputStream(
        new GzipCompressorInputStream(file), StandardCharsets.UTF_8.name());
  }

  private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
    return tar.getNextEntry();
  }

  private void check(TarArchiveEntry entry, InputStream content, Set<String> seen)
      throws Stopped, IOException {
    String path = entry.getName().startsWith(ROOT) ? entry.getName().substring(ROOT.length()) : "";
    if (entry.isDirectory()) {
      return;
    }
    if (!entry.isFile()
        || entry.isLink()
        || entry.isSymbolicLink()
        || !RepositoryPath.isPath(path)) {
      throw foreign(entry.getName(), "is not a plain file of the package");
    }
    if (!seen.add(path)) {
      throw foreign(path, "is packed twice");
    }
    check(path, content.readNBytes(Math.toIntExact(entry.getSize())));
  }

  private void check(String path, byte[] content) throws Stopped {
    byte[] expected = raised.get(path);
    if (expected != null) {
      if (!Arrays.equals(expected, content)) {
        throw foreign(path, "differs from what the release commits");
      }
      return;
    }
    String blob = committed.get(path);
    if (blob != null) {
      if (!blob.equals(blobId(content))) {
        throw foreign(path, "differs from the commit");
      }
      return;
    }
    if (!isGenerated(path)) {
      throw foreign(path, "is not in the commit");
    }
  }

  private Stopped foreign(String path, String why) {
    return new WriteBoundary(owners).foreignEntry(path, why);
  }

  private boolean isGenerated(String path) {
    return owners.judge(path).owner() == Owner.GENERATED
        && declared.stream().anyMatch(declaration -> covers(declaration, path));
  }

  /** Whether a declaration names the file, a folder above it, or its neighbour in that folder. */
  private boolean covers(String declaration, String path) {
    if (path.equals(declaration) || path.startsWith(declaration + "/")) {
      return true;
    }
    if (isPlainGlob(declaration) && PathGlob.of(declaration).matches(path)) {
      return true;
    }
    int slash = declaration.indexOf('/');
    return slash > 0
        && RepositoryPath.isPath(declaration)
        && owners.judge(declaration).owner() == Owner.GENERATED
        && path.startsWith(declaration.substring(0, slash + 1));
  }

  /** A glob from a package is foreign input: only short and simple ones are tried. */
  private static boolean isPlainGlob(String declaration) {
    boolean plain = declaration.chars().noneMatch(c -> "{},[]!()\\".indexOf(c) >= 0);
    return plain
        && declaration.length() <= 256
        && declaration.chars().filter(c -> c == '*').count() <= 4;
  }

  /** The id that git gives to a file of these bytes. */
  static String blobId(byte[] content) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(sha1.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  private static Stopped broken(String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.TOOL_FAILED,
            "check what was packed",
            "the tarball is not a package: " + cause,
            "run npm pack --dry-run to see what it holds"));
  }
}
