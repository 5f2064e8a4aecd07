package dev.opsagent.operations;

import dev.opsagent.protocol.Digests;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** Names bytes by what they are. */
public final class Integrity {
  private Integrity() {}

  /** Subresource integrity as npm states it: {@code sha512-<base64>}. */
  public static String of(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-512").digest(bytes);
      return "sha512-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-512", e);
    }
  }

  /**
   * The digest of a release that is made of the files of a commit.
   *
   * @param path of the file that says how it runs; absent: where such files usually are
   */
  public static String ofSource(String commit, Optional<String> path) {
    return Digests.sha256(commit + "\n" + path.orElse(""));
  }
}
